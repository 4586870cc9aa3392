"""Full-text search: what an agent types is words, never syntax, and costs the same in a small and a large desk.

Only the newest ``DEPTH`` hits among the messages count: ranking or sorting all hits of a common word took 3.3 s on
1,000,000 messages, the newest by rowid take milliseconds.
"""

import re
import unicodedata
from typing import Any

from models.store.plain import Reader

DEPTH = 2000
LONGEST = 400  # characters of a search that are looked at
MOST_WORDS = 12
MOST_ENDINGS = 500  # ways an unfinished word may go on, by alphabet; measured: 500 take 20 ms
NOTHING = "SELECT 0 AS id WHERE 0 = 1"  # so that there is a UNION, which keeps one of a record's many hits
NUMBER = re.compile(r"#?([0-9]{1,9})", re.ASCII)


def hits(reader: Reader, search: str) -> tuple[str, dict[str, Any]]:
    """Give what to select records ``r`` from, with its parameters: those a search finds.

    They are those whose title, messages or number match every word; the last word may be unfinished. ``#1001`` is the
    record's number only, ``1001`` the number or a word. Any string is safe and finds its literal words; one without
    a letter or digit finds nothing.
    """
    typed = search[:LONGEST].replace("\x00", " ").strip()
    selects: list[str] = []
    facts: dict[str, Any] = {}
    number = NUMBER.fullmatch(typed)
    if number:
        selects.append("SELECT id FROM record WHERE number = :number")
        facts["number"] = int(number[1])
    terms = [term for term in map(_tokens, typed.split()[:MOST_WORDS]) if term]
    if terms and not (number and typed.startswith("#")):
        unfinished = not search[: LONGEST + 1][-1:].isspace()
        queries = _fts5(reader, terms, unfinished) if reader.sqlite else {"words": _tsquery(terms, unfinished)}
        selects += [(SQLITE if reader.sqlite else POSTGRES)[name] for name in queries]
        facts |= queries | ({"depth": DEPTH} if queries else {})
    found = " UNION ".join((*selects, NOTHING))
    # CROSS tells SQLite to begin with the hits; with JOIN it may walk the whole list and look for each among them.
    return f"({found}) hit {'CROSS ' if reader.sqlite else ''}JOIN record r ON r.id = hit.id", facts


SQLITE = {
    "messages": """
SELECT m.record_id AS id FROM (
  SELECT rowid FROM message_search WHERE message_search MATCH :messages ORDER BY rowid DESC LIMIT :depth
) newest JOIN message m ON m.id = newest.rowid""",
    "titles": """
SELECT id FROM (
  SELECT rowid AS id FROM record_search WHERE record_search MATCH :titles ORDER BY rowid DESC LIMIT :depth
) newest""",
}
POSTGRES = {
    "words": """
SELECT record_id AS id FROM (
  SELECT record_id FROM message WHERE search @@ CAST(:words AS tsquery) ORDER BY id DESC LIMIT :depth
) newest UNION SELECT id FROM (
  SELECT id FROM record WHERE search @@ CAST(:words AS tsquery) ORDER BY id DESC LIMIT :depth
) newest_titles"""
}
ENDINGS = """
WITH RECURSIVE found(term, n) AS (
  SELECT (SELECT term FROM {index}_search_terms WHERE term >= :start AND term < :stop LIMIT 1), 1
  UNION ALL
  SELECT (SELECT term FROM {index}_search_terms WHERE term >= found.term || char(1) AND term < :stop LIMIT 1), n + 1
  FROM found WHERE found.term IS NOT NULL AND n < :most
) SELECT term FROM found WHERE term IS NOT NULL
"""


def _tokens(word: str) -> list[str]:
    """Split one typed word as both indexes do: letters and digits, case and diacritics folded."""
    plain = "".join(mark for mark in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(mark))
    return re.findall(r"[^\W_]+", plain)


def _fts5(reader: Reader, terms: list[list[str]], unfinished: bool) -> dict[str, str]:
    """Give the queries on messages and titles; a query that cannot find anything is left out.

    Each typed word is a quoted phrase; the parts hold letters and digits only, so nothing needs escaping. An unfinished
    word becomes every whole word it may become: FTS5 walks those lazily from the newest, while its own prefix query
    first gathers all hits (measured on 200,000 messages: 6 against 329 ms).
    """
    whole = [f'"{" ".join(term)}"' for term in terms]
    if not unfinished:
        return dict.fromkeys(SQLITE, " ".join(whole))
    *first, last = terms[-1]
    queries = {}
    for name, index in (("messages", "message"), ("titles", "record")):
        endings = reader.tuples(ENDINGS.format(index=index), start=last, stop=last + "\U0010ffff", most=MOST_ENDINGS)
        if endings:
            phrases = " OR ".join(f'"{" ".join((*first, ending))}"' for (ending,) in endings)
            queries[name] = " AND ".join((*whole[:-1], f"({phrases})"))
    return queries


def _tsquery(terms: list[list[str]], unfinished: bool) -> str:
    query = " & ".join("(" + " <-> ".join(f"'{part}'" for part in term) + ")" for term in terms)
    return query[:-1] + ":*)" if unfinished else query

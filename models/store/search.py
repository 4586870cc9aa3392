"""Full-text search: what an agent types is words, never syntax, and costs the same in a small and a large desk.

Only the newest ``DEPTH`` hits among the messages count: ranking or sorting all hits of a common word took 3.3 s on
1,000,000 messages, the newest by rowid take milliseconds.
"""

import re
import unicodedata

from models.store.plain import Reader

DEPTH = 2000
LONGEST = 400  # characters of a search that are looked at
MOST_WORDS = 12
NUMBER = re.compile(r"#?([0-9]{1,9})", re.ASCII)


def found_ids(reader: Reader, search: str) -> list[int]:
    """Return the ids of records whose title, messages or number match every word; the last word may be unfinished.

    ``#1001`` is the record's number only, ``1001`` the number or a word. Any string is safe and finds its literal
    words; one without a letter or digit finds nothing.
    """
    typed = search[:LONGEST].replace("\x00", " ").strip()
    ids: dict[int, None] = {}
    number = NUMBER.fullmatch(typed)
    if number:
        ids |= {row["id"]: None for row in reader.rows("SELECT id FROM record WHERE number = :n", n=int(number[1]))}
        if typed.startswith("#"):
            return list(ids)
    terms = [term for term in map(_tokens, typed.split()[:MOST_WORDS]) if term]
    if terms:
        unfinished = not search[: LONGEST + 1][-1:].isspace()
        sql = _SQLITE if reader.sqlite else _POSTGRES
        query = _fts5(terms, unfinished) if reader.sqlite else _tsquery(terms, unfinished)
        for statement in sql:
            ids |= {row["id"]: None for row in reader.rows(statement, query=query, depth=DEPTH)}
    return list(ids)


_SQLITE = (
    "SELECT DISTINCT m.record_id AS id FROM (SELECT rowid FROM message_search WHERE message_search MATCH :query "
    "ORDER BY rowid DESC LIMIT :depth) hit JOIN message m ON m.id = hit.rowid",
    "SELECT rowid AS id FROM record_search WHERE record_search MATCH :query ORDER BY rowid DESC LIMIT :depth",
)
_POSTGRES = (
    "SELECT DISTINCT hit.record_id AS id FROM (SELECT record_id FROM message "
    "WHERE search @@ CAST(:query AS tsquery) ORDER BY id DESC LIMIT :depth) hit",
    "SELECT id FROM record WHERE search @@ CAST(:query AS tsquery) ORDER BY id DESC LIMIT :depth",
)


def _tokens(word: str) -> list[str]:
    """Split one typed word as both indexes do: letters and digits, case and diacritics folded."""
    plain = "".join(mark for mark in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(mark))
    return re.findall(r"[^\W_]+", plain)


def _fts5(terms: list[list[str]], unfinished: bool) -> str:
    """Each typed word is a quoted phrase; the parts hold letters and digits only, so nothing needs escaping."""
    phrases = " ".join(f'"{" ".join(term)}"' for term in terms)
    return phrases + "*" if unfinished else phrases


def _tsquery(terms: list[list[str]], unfinished: bool) -> str:
    phrases = " & ".join("(" + " <-> ".join(f"'{part}'" for part in term) + ")" for term in terms)
    return phrases[:-1] + ":*)" if unfinished else phrases

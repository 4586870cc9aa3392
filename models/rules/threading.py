"""Headers that keep our mail in the customer's thread: References and the subject of an answer."""

import re
from collections.abc import Sequence

from models.rules.tokens import subject_tag

MOST_CHARACTERS = 1500  # several clients and gateways cut longer References headers
_LONGEST_ID = 250  # RFC 5322 2.1.1 allows 998 on a line; real ids stay far below
_ID = re.compile(r"<[^<>\s]+>")
# Re with counters ("Re[2]:", "RE^3:") and what Outlook and others write in other languages
_REPLY_PREFIX = re.compile(
    r"(?:re|aw|antw|antwort|sv|vs|ref|rif|ris|odp|ynt|res|r|回复|答复|回覆|返信)(?:\[\d{1,4}\]|\^\d{1,4})?\s?[:\uff1a]\s*",
    re.I,
)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+")


def references(thread_ids: Sequence[str], answered: str) -> tuple[str, ...]:
    """Choose the References of an answer: the first id of the thread, then the newest that fit, ``answered`` last.

    ``thread_ids`` oldest first, with angle brackets; what is no id is left out. RFC 5322 3.6.4.
    """
    usable = [i for i in (*thread_ids, answered) if len(i) <= _LONGEST_ID and i.isprintable() and _ID.fullmatch(i)]
    newest_last = list(reversed(dict.fromkeys(reversed(usable))))
    if not newest_last:
        return ()
    first, rest = newest_last[0], newest_last[1:]
    room = MOST_CHARACTERS - len(first)
    kept: list[str] = []
    for message_id in reversed(rest):
        room -= len(message_id) + 1
        if room < 0:
            break
        kept.append(message_id)
    return (first, *reversed(kept))


def reply_subject(subject: str, number: int | None) -> str:
    """Write the subject of an answer: "Re:" once, on one line, with the record's tag at the end (None: no tag)."""
    text = _SPACE.sub(" ", subject).strip()
    while prefix := _REPLY_PREFIX.match(text):
        text = text[prefix.end() :]
    if number is not None and subject_tag(number) not in text:
        text = f"{text} {subject_tag(number)}"
    return f"Re: {text.strip()}".rstrip()

"""What a failure means: hard, soft, delayed, delivered, and why, from a status code and a server's words (R3)."""

import re

from models.rules.smtp_reply import classify, enhanced_code
from models.types.mail import BounceRecipient
from models.types.outbox import Reason

_CODE = re.compile(r"(?<![\d.:\[-])([45]\d\d)(?=[ \-:;,.'\"<]|$)(?!\.\d)")
_REFUSAL = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_BEHIND_CODE = re.compile(r"(?<![\d.])[45]\d\d[ -]['\"]?#?([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_GAVE_UP_CODE = ".4.7"  # delivery time expired (RFC 3463 3.5)
_ACTIONS = {"delayed": "delayed", "delivered": "delivered", "relayed": "delivered", "expanded": "delivered"}
_DEAD = frozenset({Reason.USER, Reason.DOMAIN, Reason.INACTIVE})
_PASSING = frozenset({Reason.FULL, Reason.RATE, Reason.GREYLIST, Reason.SYSTEM, Reason.CONNECT})
_NO_HOST = re.compile(r"host (?:\S{1,100} )?not found|unknown host|host unknown|no mx (?:record )?found", re.IGNORECASE)
_GAVE_UP = re.compile(
    r"retry timeout|hosts have been failing|in the queue too long|(?:envelope|message) expired|for \d+ (?:days|hours)"
    r"|timed? ?out|connection (?:refused|reset|dropped|was (?:refused|dropped))|lost connection"
    r"|unable to connect|could(?:n['’]t| not) connect|no answer from|(?:did not|not) respond",
    re.IGNORECASE,
)
_FAILED = 500  # a report without any code speaks of a failure, else it would not have come
_LONGEST = 500  # characters of the server's words that are kept


def recipient(address: str, *, status: str = "", said: str = "", action: str = "") -> BounceRecipient:
    """Judge one recipient. ``said``: the server's words; ``action``: the report's own word, "" when it has none."""
    own = enhanced_code(status)
    code = reply_code(said)
    known = _own_words_code(said) or own
    kind = _ACTIONS.get(action.strip().lower().partition(" ")[0], "")
    if kind == "delivered":
        return BounceRecipient(address, known, kind, "", _short(said))
    if not known and not code:
        return BounceRecipient(address, "", kind or _kind_of_words(said), _reason_of_words(said).value, _short(said))
    verdict = classify(code, known, said or status, None)
    return BounceRecipient(
        address, known, kind or _kind(known, code, verdict.reason), verdict.reason.value, _short(said)
    )


def only_gave_up(said: str) -> bool:
    """Say whether a server's words hold no code but "4.7": the time was up, and nothing about why it took so long."""
    found = _REFUSAL.findall(said)
    return bool(found) and all(code.endswith(_GAVE_UP_CODE) for code in found)


def reply_code(text: str) -> int | None:
    """Find the SMTP reply code in a server's words."""
    found = _CODE.search(text)
    return int(found[1]) if found else None


def _own_words_code(said: str) -> str:
    """Find the enhanced code in the refusing server's words; behind its reply code it is surest.

    Where a server gave up waiting, what it heard last is the cause.
    """
    found = _BEHIND_CODE.findall(said) or _REFUSAL.findall(said)
    cause = next((code for code in found if not code.endswith(_GAVE_UP_CODE)), None)
    return enhanced_code(cause or found[0]) if found else ""


def _kind(status: str, code: int | None, reason: Reason) -> str:
    if reason is Reason.FULL:
        return "soft"  # the address lives, whatever class the server chose
    if status or code:
        return "soft" if (status[:1] or str(code)[0]) == "4" else "hard"
    if reason in _DEAD:
        return "hard"
    return "soft" if reason in _PASSING else "hard"


def _reason_of_words(said: str) -> Reason:
    """Classify without any code; a host that does not exist is no passing trouble."""
    if _NO_HOST.search(said):
        return Reason.DOMAIN
    return Reason.SYSTEM if _GAVE_UP.search(said) else classify(_FAILED, "", said, None).reason


def _kind_of_words(said: str) -> str:
    return _kind("", None, _reason_of_words(said))


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]

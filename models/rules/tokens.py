"""Signed marks on what we send, by which answers, reports and our own mail coming back are known again (R9).

Everything is lower-case base 36 or base 32, because relays fold case on the way. Each mark is rebuilt from what was
read and compared as a whole in constant time, so no second spelling of a valid mark is valid.
"""

import re
from base64 import b32encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac_new

from models.rules.address import MAX_LOCAL, normal

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE36 = "[0-9A-Za-z]{1,13}"
_REPLY = re.compile(rf"[rR]({_BASE36})\.({_BASE36})\.([A-Za-z2-7]{{8}})\.([A-Za-z2-7]{{16}})")
_ENVELOPE = re.compile(rf"[dD]({_BASE36})\.([A-Za-z2-7]{{16}})")
_MESSAGE_ID = re.compile(rf"<[nN][dD]\.({_BASE36})\.([0-9A-Za-z]{{1,64}})\.([A-Za-z2-7]{{16}})@([^@<>\s]{{1,255}})>")
_SUBJECT_TAG = re.compile(r"\[#([0-9]{1,15})\]")
_LONGEST_KEPT = 320  # characters of an address whose shape is remembered
_MOST_TAGS = 8  # a subject with more is no answer of a person


@dataclass(frozen=True, slots=True)
class TokenParts:
    """What a reply address says. Only believe it when ``valid``."""

    record_id: int
    message_id: int
    recipient_hash: str
    valid: bool


def reply_address(key: bytes, base: str, *, record_id: int, message_id: int, recipient: str) -> str:
    """Make the address at which ``recipient`` answers this message.

    ``base`` itself when the signed local part would exceed 64 octets (RFC 5321 4.5.3.1.1): such an answer is
    found by its Message-ID only.
    """
    name, _, host = base.rpartition("@")
    signed = f"{name}+{_reply_token(key, record_id, message_id, _recipient_hash(key, recipient))}"
    return f"{signed}@{host}" if len(signed.encode()) <= MAX_LOCAL else base


def may_be_signed(address: str) -> bool:
    """Tell whether an address has the shape of a reply address or an envelope sender of ours; it proves nothing."""
    return _signed_again(address) if len(address) <= _LONGEST_KEPT else _has_signed_shape(address)


def read_reply_address(key: bytes, address: str) -> TokenParts | None:
    """Read a reply address back; None when it has not the shape of one."""
    found = _REPLY.fullmatch(_tag(address))
    if found is None:
        return None
    record_id, message_id, hashed = int(found[1], 36), int(found[2], 36), found[3].lower()
    valid = _same(_reply_token(key, record_id, message_id, hashed), found[0])
    return TokenParts(record_id, message_id, hashed, valid)


def recipient_matches(key: bytes, parts: TokenParts, address: str) -> bool:
    """Tell whether a valid token was issued to this very address."""
    return parts.valid and compare_digest(_recipient_hash(key, address), parts.recipient_hash)


def new_message_id(key: bytes, *, record_id: int, nonce: str, domain: str) -> str:
    """Make a Message-ID only we can make. ``nonce``: ASCII letters and digits, at most 64, never used before."""
    made = _message_id(key, record_id, nonce.lower(), domain.lower())
    if _MESSAGE_ID.fullmatch(made) is None:
        raise ValueError(f"no Message-ID can be made of nonce {nonce!r} and domain {domain!r}")
    return made


def is_our_message_id(key: bytes, message_id: str) -> bool:
    """Tell whether we made this id, in whatever case it came back."""
    found = _MESSAGE_ID.fullmatch(message_id.strip())
    if found is None:
        return False
    return _same(_message_id(key, int(found[1], 36), found[2].lower(), found[4].lower()), found[0])


def may_be_ours(message_id: str) -> bool:
    """Tell whether an id has the shape of ours; it proves nothing."""
    return _MESSAGE_ID.fullmatch(message_id) is not None


def envelope_sender(key: bytes, bounce_address: str, delivery_id: int) -> str:
    """Make the MAIL FROM of one delivery (VERP), so a report names it whatever else it lost.

    ``bounce_address`` itself when the local part would exceed 64 octets.
    """
    name, _, host = bounce_address.rpartition("@")
    signed = f"{name}+{_envelope_token(key, delivery_id)}"
    return f"{signed}@{host}" if len(signed.encode()) <= MAX_LOCAL else bounce_address


def read_envelope_sender(key: bytes, address: str) -> int | None:
    """Read the delivery a report came back for; None when it is not an envelope sender we signed."""
    found = _ENVELOPE.fullmatch(_tag(address))
    if found is None:
        return None
    delivery_id = int(found[1], 36)
    return delivery_id if _same(_envelope_token(key, delivery_id), found[0]) else None


def loop_tag(key: bytes) -> str:
    """Make the value of X-Nightdesk-Loop, the same on all mail of this desk."""
    return _sign(key, "loop", size=10)


def is_our_loop_tag(key: bytes, tag: str) -> bool:
    """Tell whether a mail carries this desk's loop header."""
    return tag != "" and _same(loop_tag(key), tag.strip())


def subject_tag(number: int) -> str:
    """Write a record's number as it stands in subjects."""
    return f"[#{number}]"


def subject_numbers(subject: str) -> tuple[int, ...]:
    """Read the record numbers out of a subject, in order, each once, at most eight."""
    found = dict.fromkeys(int(number) for number in _SUBJECT_TAG.findall(subject))
    return tuple(found)[:_MOST_TAGS]


def _has_signed_shape(address: str) -> bool:
    tag = _tag(address)
    return _REPLY.fullmatch(tag) is not None or _ENVELOPE.fullmatch(tag) is not None


_signed_again = lru_cache(4096)(_has_signed_shape)  # the desk's few addresses stand in all of its mail


def _reply_token(key: bytes, record_id: int, message_id: int, recipient_hash: str) -> str:
    text = f"r{_base36(record_id)}.{_base36(message_id)}.{recipient_hash}"
    return f"{text}.{_sign(key, 'reply', text, size=10)}"


def _envelope_token(key: bytes, delivery_id: int) -> str:
    text = f"d{_base36(delivery_id)}"
    return f"{text}.{_sign(key, 'envelope', text, size=10)}"


def _message_id(key: bytes, record_id: int, nonce: str, domain: str) -> str:
    text = f"nd.{_base36(record_id)}.{nonce}"
    return f"<{text}.{_sign(key, 'message', text, domain, size=10)}@{domain}>"


def _recipient_hash(key: bytes, address: str) -> str:
    return _sign(key, "recipient", normal(address), size=5)


def _sign(key: bytes, *parts: str, size: int) -> str:
    digest = hmac_new(key, "\0".join(parts).encode("utf-8", "surrogatepass"), sha256).digest()
    return b32encode(digest[:size]).decode("ascii").lower()


def _same(ours: str, theirs: str) -> bool:
    folded = theirs.lower() if theirs.isascii() else ""  # lower() turns the Kelvin sign into a k
    return compare_digest(ours, folded)


def _tag(address: str) -> str:
    before, _, _ = address.strip().rpartition("@")
    return before.rpartition("+")[2]


def _base36(number: int) -> str:
    if number < 0:
        raise ValueError("ids are not negative")
    text = ""
    while number or not text:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text

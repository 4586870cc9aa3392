"""What an SMTP reply means: worth another try or final, and why, in a sentence for people (R21)."""

import re
from dataclasses import dataclass
from datetime import datetime

from models.rules.smtp_phrases import Phrases, clear_words, vague_words
from models.types.outbox import Phase, Reason

LOGIN_CODES = frozenset({530, 534, 535, 538})  # RFC 4954 6: the account's fault, never the recipient's
_MOST_TEXT = 2000  # servers say why at once; some send a megabyte
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
# words inside links and addresses are no reasons; the codes of a reply of several lines stand between its words
_NOISE = re.compile(r"https?://\S+|\S+@\S+|\b[245]\d\d(?:-|\s)(?:[245]\.\d{1,3}\.\d{1,3}(?=\s))?")
_SPACE = re.compile(r"\s+")
_LISTED = re.compile(r"https?://\S{0,60}(?:spamhaus|sorbs|spamcop|barracudacentral|abuseat|uceprotect|[a-z]bl[./?])")
# subject.detail of RFC 3463 and its registry (RFC 5248); the first number, the class, is the reply code's to say
_BY_DETAIL = {
    "1.0": Reason.USER,
    "1.1": Reason.USER,
    "1.2": Reason.DOMAIN,
    "1.3": Reason.USER,
    "1.4": Reason.USER,
    "1.6": Reason.USER,
    "1.7": Reason.SENDER,
    "1.8": Reason.SENDER,
    "1.10": Reason.USER,  # Exchange's "not found"; RFC 7505's null MX has code 556 or says so
    "2.1": Reason.INACTIVE,
    "2.2": Reason.FULL,
    "2.3": Reason.SIZE,
    "2.4": Reason.POLICY,
    "3.4": Reason.SIZE,
    "4.4": Reason.DOMAIN,
    "4.310": Reason.DOMAIN,
    "5.3": Reason.RATE,
    "7.8": Reason.AUTH,
    "7.10": Reason.TLS,
    "7.28": Reason.RATE,
    "7.60": Reason.SENDER,
}
_BY_SUBJECT = {"3": Reason.SYSTEM, "4": Reason.SYSTEM, "6": Reason.CONTENT, "7": Reason.POLICY}
_BY_CODE = {
    421: Reason.SYSTEM,
    450: Reason.SYSTEM,
    451: Reason.SYSTEM,
    452: Reason.SYSTEM,
    501: Reason.CONTENT,
    521: Reason.DOMAIN,  # RFC 7504: takes no mail at all
    523: Reason.SIZE,
    552: Reason.SIZE,
    556: Reason.DOMAIN,  # RFC 7504: the domain takes no mail
}
_SENTENCES = {
    Reason.AUTH: "The login of {server} was refused; sign in again.",
    Reason.SENDER: "This account may not send with that sender address; choose another one.",
    Reason.USER: "The address {address} does not exist; correct it and send again.",
    Reason.DOMAIN: "The domain of {address} does not exist or takes no mail.",
    Reason.FULL: "The mailbox of {address} is full.",
    Reason.SIZE: "The message is larger than the mailbox of {address} takes.",
    Reason.SPAM: "The message to {address} was refused as spam.",
    Reason.POLICY: "A rule at {server} refused the message to {address}.",
    Reason.RATE: "{server} takes no more mail from us for now.",
    Reason.GREYLIST: "{server} asks strangers to come back later; that is usual.",
    Reason.SYSTEM: "{server} has trouble and did not take the message to {address}.",
    Reason.TLS: "No safe connection to {server} could be made.",
    Reason.CONNECT: "{server} could not be reached.",
    Reason.CONTENT: "{server} cannot take this message as it is written; change it and send again.",
    Reason.INACTIVE: "The mailbox of {address} is switched off.",
    Reason.SUPPRESSED: "We did not try {address}: mail to it came back before.",
    Reason.UNKNOWN: "The message to {address} was refused.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether another try makes sense, and the class of the reason."""

    temporary: bool
    reason: Reason


def classify(code: int | None, enhanced: str, text: str, phase: Phase | None) -> Verdict:
    """Read a refusal. ``code`` None: the fault struck without a reply. ``phase`` None: not known.

    The reply code's first digit says whether it is temporary, whatever the enhanced code claims (RFC 5321 4.2.1).
    """
    status = enhanced_code(enhanced) or enhanced_code(text[:_MOST_TEXT])
    temporary = code // 100 != 5 if code else not status.startswith("5")
    lowered = text[:_MOST_TEXT].lower()
    words = _SPACE.sub(" ", _NOISE.sub(" ", _LISTED.sub(" dnsbl http://", lowered)))
    return Verdict(temporary, _reason(code, status[2:], words, phase, temporary))


def sentence(reason: Reason, *, address: str, next_try: datetime | None = None, server: str = "") -> str:
    """Say a failure to an agent. ``next_try`` is written in its own time zone; None: no word of another try."""
    said = _SENTENCES[reason].format(address=address or "the recipient", server=server or "the mail server")
    said = said[0].upper() + said[1:]
    return f"{said} Next try {next_try:%H:%M}." if next_try else said


def enhanced_code(text: str) -> str:
    """Find the enhanced status code (RFC 3463) in a server's words; "" when there is none."""
    found = _ENHANCED.search(text)
    return ".".join(str(int(part)) for part in found.groups()) if found else ""


def _reason(code: int | None, detail: str, words: str, phase: Phase | None, temporary: bool) -> Reason:
    said = _said(clear_words(), words)
    if phase is Phase.AUTH or code in LOGIN_CODES:
        about_login = Reason.SYSTEM if temporary else Reason.AUTH
        return said if said in (Reason.TLS, Reason.RATE, Reason.SIZE) else about_login
    if said in (Reason.USER, Reason.DOMAIN) and (phase is Phase.MAIL or detail in ("1.7", "1.8")):
        return Reason.SENDER  # what does not exist is ours, not the recipient's
    if said is None and temporary and detail == "7.1" and "later" in words:
        return Reason.GREYLIST
    return said or _by_detail(detail, temporary) or _said(vague_words(), words) or _by_code(code, phase, temporary)


def _said(phrases: Phrases, words: str) -> Reason | None:
    return next((reason for reason, pattern in phrases if pattern.search(words)), None)


def _by_detail(detail: str, temporary: bool) -> Reason | None:
    if detail == "4.1" and not temporary:
        return Reason.USER  # Exchange refuses unknown recipients so; as 4.4.1 it is "no answer from host"
    return _BY_DETAIL.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0])


def _by_code(code: int | None, phase: Phase | None, temporary: bool) -> Reason:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if phase is Phase.CONNECT:
        return Reason.CONNECT if code is None else Reason.POLICY
    if temporary:
        return Reason.SYSTEM
    if code == 554 or phase in (Phase.DATA, Phase.DOT, Phase.MAIL):
        return Reason.POLICY
    return Reason.USER if code in (550, 551, 553) else Reason.UNKNOWN

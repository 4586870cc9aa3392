"""Mail addresses in the one form they are compared and stored in."""

import re
import unicodedata
from functools import lru_cache

MAX_LOCAL = 64  # RFC 5321 4.5.3.1.1, octets
MAX_DOMAIN = 255  # RFC 5321 4.5.3.1.2
# Almost every address; judging it letter by letter took 15 % of a bulk import.
_PLAIN = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{1,255}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_LONGEST_KEPT = 320  # characters of an address whose judgement is remembered
_DOMAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")


def normal(address: str) -> str:
    """Bring an address to its compared form: local part casefolded, domain as lower-case A-labels.

    "" for what cannot be an address: no @, an empty side, white space or controls, a domain that is none.
    """
    return _again(address) if len(address) <= _LONGEST_KEPT else _judged(address)


def _judged(address: str) -> str:
    if address.isascii() and _PLAIN.fullmatch(plain := address.lower()):
        return plain
    return _normal(address)


_again = lru_cache(4096)(_judged)  # the same few addresses stand in all fields of a desk's mail


def _normal(address: str) -> str:
    text = unicodedata.normalize("NFD", address.strip())
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1].strip()
    before, at, after = text.rpartition("@")
    host = _host(after)
    name = unicodedata.normalize("NFC", before.casefold())
    return f"{name}@{host}" if at and host and _usable_local(name) else ""


def domain(address: str) -> str:
    """Give the domain of an address as A-labels; "" when the address is unusable."""
    return normal(address).rpartition("@")[2]


def local(address: str) -> str:
    """Give the casefolded local part; "" when the address is unusable."""
    return normal(address).rpartition("@")[0]


def plus_stripped(address: str) -> str:
    """Give the normal address without a "+tag" (RFC 5233); "" when the address is unusable."""
    name, at, host = normal(address).rpartition("@")
    return f"{name.partition('+')[0] or name}{at}{host}"


def _usable_local(name: str) -> bool:
    if not name or len(name.encode("utf-8", "surrogatepass")) > MAX_LOCAL:
        return False
    quoted = len(name) > 2 and name[0] == name[-1] == '"'
    plain = name[1:-1].replace(" ", "").replace("@", "") if quoted else name
    refused = "" if quoted else '<>()[]:;@\\,"'
    return all(c not in refused and not c.isspace() and unicodedata.category(c)[0] != "C" for c in plain)


def _host(text: str) -> str:
    lowered = text.lower().rstrip(".")
    if not lowered or len(lowered) > MAX_DOMAIN:
        return ""
    if lowered.startswith("[") and lowered.endswith("]"):  # an address literal, RFC 5321 4.1.3
        return lowered if all(c in "0123456789abcdef.:ipv[]" for c in lowered) else ""
    if not lowered.isascii():
        lowered = _a_labels(lowered)
    usable = all(c in _DOMAIN_LETTERS for c in lowered) and all(0 < len(label) < 64 for label in lowered.split("."))
    return lowered if usable else ""


def _a_labels(host: str) -> str:
    import idna  # its tables are only worth loading for the rare domain that needs them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""

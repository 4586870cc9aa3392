"""The DNS record of a signing key: written, read, and compared with ours (RFC 6376 3.6.1)."""

import re
from dataclasses import dataclass

from models.types.dkim import Algorithm

STRING = 255  # octets of one string of a TXT record (RFC 1035 3.3)
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TAG = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class DkimRecord:
    """What DNS says of a selector. ``public`` "": the key was withdrawn."""

    key_type: str
    public: str


def usable_selector(selector: str) -> bool:
    """Tell whether it can be one label of a name."""
    return bool(_SELECTOR.fullmatch(selector))


def name(selector: str, domain: str) -> str:
    """Say where the record stands."""
    return f"{selector}._domainkey.{domain}"


def text(algorithm: Algorithm, public: str) -> str:
    """Say what the record must hold."""
    return f"v=DKIM1; k={algorithm.value}; p={public}"


def zone_line(record_name: str, value: str) -> str:
    """Write a TXT record as name servers read it, in strings of at most 255 octets."""
    parts = [value[at : at + STRING] for at in range(0, len(value), STRING)]
    quoted = " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
    return f"{record_name}. TXT {quoted}"


def read(value: str) -> DkimRecord | None:
    """Read a TXT record; None when it is no DKIM key."""
    tags: dict[str, str] = {}
    for part in value.split(";"):
        tag, equals, said = part.strip().partition("=")
        if not equals:
            if part.strip():
                return None
            continue
        if not _TAG.fullmatch(tag.strip()) or tag.strip() in tags:
            return None
        tags[tag.strip()] = said.strip()
    if tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        return None
    return DkimRecord(tags.get("k", "rsa").lower(), re.sub(r"\s+", "", tags["p"]))


def problem(values: tuple[str, ...], algorithm: Algorithm, public: str) -> str:
    """Say what is wrong with what DNS holds for a key of ours; "" when it is right."""
    if not values:
        return "there is no record"
    if len(values) > 1:
        return f"there are {len(values)} records, and only one may be there"
    found = read(values[0])
    if found is None:
        return "what stands there is no DKIM key"
    if not found.public:
        return "the key there was withdrawn (its p= is empty)"
    if found.key_type != algorithm.value or found.public != public:
        return "another key stands there"
    return ""

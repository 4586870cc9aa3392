"""The fields of a delivery report (RFC 3464 2), also where they stand in plain text or without their blank lines."""

import re

_FIELD = re.compile(r"\s{0,20}([A-Za-z][A-Za-z-]{2,40})\s{0,5}:[ \t]*(.*)$")
_ADDRESS = re.compile(r"[^\s<>@,;:\"'()\[\]]{1,120}@[^\s<>@,;:\"'()\[\]]{1,250}")
_PER_RECIPIENT = frozenset({"original-recipient", "final-recipient"})
_NAMES = ("original-recipient", "final-recipient", "x-actual-recipient")
_MOST = 1000  # recipients of one report


def read_fields(text: str) -> list[tuple[str, str]]:
    """Read "Name: value" lines with their folded continuations, names in lower case; blank lines are ("", "")."""
    found: list[tuple[str, str]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        match = _FIELD.match(line) if line[:1] not in " \t" else None
        if match:
            found.append((match[1].lower(), match[2].strip()))
        elif not line.strip():
            found.append(("", ""))
        elif found and found[-1][0]:
            name, value = found[-1]
            found[-1] = (name, f"{value} {line.strip()}"[:4000])
    return found


def read_status(text: str) -> list[dict[str, str]]:
    """Group the fields by recipient; what stands before the first recipient concerns the report itself."""
    groups: list[dict[str, str]] = []
    group: dict[str, str] = {}
    for name, value in read_fields(text):
        if not name:
            if _concerns_somebody(group):
                groups.append(group)
                group = {}
            elif "reporting-mta" in group:
                group = {}
            continue
        if name in group and name in _PER_RECIPIENT and _concerns_somebody(group):
            groups.append(group)
            group = {}
        group.setdefault(name, value)
    if _concerns_somebody(group):
        groups.append(group)
    return groups[:_MOST]


def _concerns_somebody(group: dict[str, str]) -> bool:
    return "final-recipient" in group or ("action" in group and "status" in group) or "original-recipient" in group


def addresses_of(group: dict[str, str]) -> list[str]:
    """Return the addresses a group names, the one the sender wrote to first; a local program is none beside it."""
    found = list(dict.fromkeys(address_in(group.get(name, "")) for name in _NAMES))
    return [address for address in found if "." in address.partition("@")[2]] or [one for one in found if one]


def address_in(value: str) -> str:
    """Find the address in a "type; address" value, "" when there is none."""
    kind, semicolon, rest = value.partition(";")
    found = _ADDRESS.search(rest if semicolon else kind)
    return found[0].strip(".'\"") if found else ""

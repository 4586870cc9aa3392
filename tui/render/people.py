"""People as lines: the address always stands beside the name, so a name cannot pretend (R24)."""

import unicodedata

from rich.cells import cell_len

from models.types.people import Audience, Channel, Recipient, Why
from tui.render import wash
from tui.render.cells import cut, wrap
from tui.render.ink import Line, Role
from tui.render.words import CHANNELS

PERSON_LIMIT = 96  # cells of a name with its address
LOOKALIKE_SCRIPTS = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH"})


def person(name: str, address: str, limit: int = PERSON_LIMIT) -> str:
    """Write "Name <address>" in at most ``limit`` cells; the name gives way first. One alone when they are the same."""
    shown_address = cut(domain_honest(wash.line(address, 320)), max(limit - 2, 8))
    shown_name = cut(wash.line(name), max(limit - cell_len(shown_address) - 3, 8) if shown_address else limit)
    if not shown_address:
        return shown_name or "(unknown)"
    if not shown_name or shown_name.casefold() == shown_address.casefold():
        return f"<{shown_address}>"
    return f"{shown_name} <{shown_address}>"


def domain_honest(address: str) -> str:
    """Show the domain in its wire form when its letters could pass for Latin ones, or scripts are mixed."""
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    scripts = {
        unicodedata.name(letter, "?").partition(" ")[0] for letter in domain.rpartition(".")[0] if letter.isalpha()
    }
    if len(scripts) < 2 and not scripts & LOOKALIKE_SCRIPTS:
        return address
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return f"{local}@{domain.encode('ascii', 'backslashreplace').decode('ascii')}"


def recipient(one: Recipient) -> str:
    """Write one copy of the computed list: who, over which channel, and why if not simply addressed."""
    shown = person(one.name, one.address if one.channel is Channel.EMAIL else "")
    why = "" if one.why in (Why.TO, Why.CONTACT) else f", {one.why.value}"
    return f"{shown} ({CHANNELS[one.channel]}{why})"


def audience_lines(audience: Audience, width: int, *, limit: int = 4) -> list[Line]:
    """Paint the computed recipients with channels, and who was left out and why, in at most ``limit`` lines."""
    names = " · ".join(recipient(one) for one in audience.recipients) or "nobody yet"
    lines = wrap(names, max(width - 6, 1))
    if len(lines) > limit:
        lines = [*lines[: limit - 1], f"… {len(audience.recipients)} recipients in all"]
    role = Role.TEXT if audience.recipients else Role.BAD
    painted: list[Line] = [
        (("To    " if i == 0 else "      ", Role.MUTED), (text, role)) for i, text in enumerate(lines)
    ]
    if audience.left_out:
        left = " · ".join(f"{wash.line(name, 60)} ({wash.line(reason, 80)})" for name, reason in audience.left_out)
        painted.append((("Not   ", Role.MUTED), (cut(left, max(width - 6, 1)), Role.MUTED)))
    return painted

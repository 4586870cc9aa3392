"""Every colour of the program, by role: one table for true colour, one for the terminal's own sixteen.

Without colour (NO_COLOR) the second table is used and only bold, dim and reverse reach the terminal.
"""

from dataclasses import replace
from enum import StrEnum
from functools import lru_cache

from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from tui.render.ink import Role


class Ground(StrEnum):
    """What a line stands on."""

    PAGE = "page"
    BAR = "bar"  # heads, status, hints
    CURSOR = "cursor"  # the line that has the keys
    RESTING = "resting"  # the cursor of a pane without the keys


_DEEP = {
    Role.TEXT: "#c5cad3",
    Role.STRONG: "bold #eceff4",
    Role.MUTED: "#858d9b",
    Role.FAINT: "#474e5b",
    Role.NEED: "bold #e3b15f",
    Role.GOOD: "#8fbc7a",
    Role.BAD: "bold #e27a7f",
    Role.ACCENT: "bold #86b3e0",
    Role.NOTE: "bold #bda0dd",
    Role.KEY: "bold #86b3e0",
}
_DEEP_GROUNDS = {
    Ground.PAGE: "on #14171c",
    Ground.BAR: "on #1d2129",
    Ground.CURSOR: "on #2c3a52",
    Ground.RESTING: "on #232832",
}
_SIXTEEN = {
    Role.TEXT: "default",
    Role.STRONG: "bold default",
    Role.MUTED: "dim default",
    Role.FAINT: "dim default",
    Role.NEED: "bold yellow",
    Role.GOOD: "green",
    Role.BAD: "bold red",
    Role.ACCENT: "bold cyan",
    Role.NOTE: "bold magenta",
    Role.KEY: "bold cyan",
}
_SIXTEEN_GROUNDS = {
    Ground.PAGE: "on default",
    Ground.BAR: "on default",
    Ground.CURSOR: "reverse",
    Ground.RESTING: "underline",
}

DEEP = Theme(
    name="nightdesk",
    primary="#86b3e0",
    secondary="#bda0dd",
    warning="#e3b15f",
    error="#e27a7f",
    success="#8fbc7a",
    accent="#86b3e0",
    foreground="#c5cad3",
    background="#14171c",
    surface="#1d2129",
    panel="#232832",
    variables={"rule": "#333a46", "note": "#bda0dd", "cursor": "#2c3a52"},
)
_ANSI = BUILTIN_THEMES["ansi-dark"]
SIXTEEN = replace(
    _ANSI,
    name="nightdesk-ansi",
    variables={**_ANSI.variables, "rule": "ansi_bright_black", "note": "ansi_magenta", "cursor": "ansi_default"},
)


@lru_cache(maxsize=256)
def style(role: Role, ground: Ground, ansi: bool) -> Style:
    """Give the style of a role on a ground."""
    if not ansi:
        return Style.parse(_DEEP[role]) + Style.parse(_DEEP_GROUNDS[ground])
    ink = _SIXTEEN[role]
    if ground is Ground.CURSOR:  # reversed colours would say nothing and cost contrast
        ink = "bold default" if "bold" in ink else "default"
    return Style.parse(ink) + Style.parse(_SIXTEEN_GROUNDS[ground])

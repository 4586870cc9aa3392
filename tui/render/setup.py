"""The set-up screen as lines: tabs, rows, details, and the steps of a test."""

from collections.abc import Mapping, Sequence

from models.types.trial import StepState, TrialStep
from tui.render import wash
from tui.render.cells import cut, pad, wrap
from tui.render.ink import BLANK, Line, Role
from tui.render.setup_item import Item, Room

TITLES = {
    Room.ACCOUNTS: "Accounts",
    Room.ADDRESSES: "Addresses",
    Room.BRANDS: "Brands",
    Room.DOMAINS: "Domains",
    Room.GROUPS: "Groups",
    Room.CHECK: "Check",
}
ONE = {
    Room.ACCOUNTS: "account",
    Room.ADDRESSES: "address",
    Room.BRANDS: "brand",
    Room.DOMAINS: "domain",
    Room.GROUPS: "group",
}
EMPTY = {
    Room.ACCOUNTS: "No mail account yet. A adds one: type its address, the rest is proposed.",
    Room.ADDRESSES: "No sending address yet. A adds one.",
    Room.BRANDS: "No brand yet. A adds one.",
    Room.DOMAINS: "No domain of our own yet. A adds one.",
    Room.GROUPS: "No groups yet. A adds one: its members get permissions together.",
    Room.CHECK: "Nothing to complain about.",
}
LABEL_CELLS = 15
_STEPS = {
    StepState.RUNNING: ("…", Role.ACCENT),
    StepState.OK: ("✓", Role.GOOD),
    StepState.FAILED: ("✗", Role.BAD),
    StepState.SKIPPED: ("–", Role.MUTED),
}


def room_tabs(shown: Room, counts: Mapping[Room, int], width: int) -> Line:
    """Name the rooms; the shown one in brackets."""
    spans: list[tuple[str, Role]] = []
    for room in Room:
        words = f"{TITLES[room]} {counts[room]}" if room in counts else TITLES[room]
        if width < 76 and room is not shown:
            words = words.partition(" ")[0]
        trouble = room is Room.CHECK and counts.get(room, 0) > 0
        role = Role.ACCENT if room is shown else Role.NEED if trouble else Role.MUTED
        spans.append((f"[{words}]" if room is shown else f" {words} ", role))
    return tuple(spans)


def item_row(item: Item, title_cells: int, width: int) -> Line:
    """Paint state, name and what it is in short."""
    mark = pad(wash.line(item.mark, 10), 9)
    title = pad(wash.line(item.title), min(title_cells, max(width - 12, 8)))
    room = width - 9 - 1 - len(title) - 2
    quiet = Role.TEXT if item.active else Role.MUTED
    return (
        (mark + " ", item.mark_role),
        (title + "  ", Role.STRONG if item.active else Role.MUTED),
        (cut(wash.line(item.summary), max(room, 0)), Role.MUTED if item.active else quiet),
    )


def item_lines(item: Item, width: int) -> list[Line]:
    """Paint everything known of an item, labels at the left."""
    lines: list[Line] = []
    for fact in item.facts:
        lines += labelled(fact.label, fact.text, fact.role, width)
    return lines


def labelled(label: str, text: str, role: Role, width: int) -> list[Line]:
    """Paint a text that may have several lines beside its label; without a text the label is a heading."""
    if not text:
        return [BLANK, ((label, Role.STRONG),)] if label else [BLANK]
    room = max(width - LABEL_CELLS, 12)
    parts = [part for line in wash.block(text).split("\n") for part in wrap(line, room)]
    left = [pad(label, LABEL_CELLS), *[" " * LABEL_CELLS] * (len(parts) - 1)]
    return [((begin, Role.MUTED), (part, role)) for begin, part in zip(left, parts, strict=True)]


def step_lines(steps: Sequence[TrialStep], width: int) -> list[Line]:
    """Paint the steps of a test: what came of each, for a failure what to do and below it the server's own words."""
    lines: list[Line] = []
    for step in steps:
        sign, role = _STEPS[step.state]
        lines.append(((f"{sign} ", role), (cut(wash.line(step.name), width - 2), Role.TEXT)))
        said = Role.BAD if step.state is StepState.FAILED else Role.MUTED
        for text, painted in ((step.sentence, said), (step.remedy, Role.TEXT)):
            lines += [(("  ", Role.TEXT), (part, painted)) for part in _wrapped(text, width)]
        if step.server_text:
            words = _wrapped(f"the server said: {step.server_text}", width)
            lines += [(("  ", Role.TEXT), (part, Role.MUTED)) for part in words]
    return lines


def said_lines(said: Sequence[str], width: int) -> list[Line]:
    """Paint sentences to read, such as a link and a code to type there."""
    return [((part, Role.STRONG),) for one in said for part in wrap(wash.line(one, 2000), width)] + [BLANK]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(wash.line(text, 2000), max(width - 2, 12)) if text else []

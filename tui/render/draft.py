"""What stands round a text being written: who gets it, from whom, and what stopped it."""

from collections.abc import Sequence

from models.types.draft import DraftView
from models.types.draft_mode import DraftMode
from models.types.message import MessageView
from tui.render import wash
from tui.render.cells import cut, length, wrap
from tui.render.ink import Line, Role
from tui.render.message import size
from tui.render.people import audience_lines, person
from tui.render.words import KINDS


def review_keys(mode: DraftMode, *, anyway: bool) -> Line:
    """Name what can be done with a written text; after a stop by news the send says that it goes anyway."""
    word = ("log it" if mode is DraftMode.NOTE else "send") + (" anyway" if anyway else "")
    first = (f" {word}   ", Role.NEED if anyway else Role.TEXT)
    return (
        ("y", Role.KEY),
        first,
        ("Y", Role.KEY),
        (f" {word} and done   ", Role.TEXT),
        ("e", Role.KEY),
        (" edit   ", Role.TEXT),
        ("d", Role.KEY),
        (" discard   ", Role.TEXT),
        ("p", Role.KEY),
        (" keep", Role.TEXT),
        *(() if mode is DraftMode.NOTE else (("   a", Role.KEY), (" attach", Role.TEXT))),
    )


def draft_head(mode: DraftMode, draft: DraftView | None, width: int) -> list[Line]:
    """Paint recipients with channels, the sender and the rule that chose it; for a note who inside is told."""
    if draft is None:
        return [(("To    …", Role.MUTED),)]
    lines = audience_lines(draft.audience, width)
    if mode is DraftMode.NOTE:
        first = (("Told  ", Role.NOTE), *lines[0][1:]) if draft.audience.recipients else None
        return (
            [first, *lines[1:]] if first else [(("Told  nobody; it stands in the thread for colleagues", Role.NOTE),)]
        )
    sender = wash.line(draft.sender, 160) or "no sending address"
    lines.append((("From  ", Role.MUTED), (cut(sender, width - 6), Role.TEXT if draft.sender else Role.BAD)))
    if draft.sender_rule:
        rule = wash.line(draft.sender_rule, 120)
        if length(lines[-1]) + len(rule) + 3 <= width:
            lines[-1] = (*lines[-1], (f" · {rule}", Role.MUTED))
        else:
            lines.extend((("      ", Role.MUTED), (part, Role.MUTED)) for part in wrap(rule, width - 6))
    for notice in draft.notices:
        lines.extend((("      ", Role.MUTED), (part, Role.NEED)) for part in wrap(wash.line(notice, 200), width - 6))
    for number, file in enumerate(draft.files):
        name = f"{cut(wash.line(file.name), max(width - 16, 8))} · {size(file.size_bytes)}"
        lines.append((("Files " if number == 0 else "      ", Role.MUTED), (name, Role.TEXT)))
    if draft.subject:
        lines.append((("Subj  ", Role.MUTED), (cut(wash.line(draft.subject), width - 6), Role.TEXT)))
    return lines


def news_lines(news: Sequence[MessageView], width: int) -> list[Line]:
    """Say what came since the composer opened."""
    count = len(news)
    lines: list[Line] = [
        ((f"Not sent: {count} new {'message' if count == 1 else 'messages'} since you began.", Role.NEED),)
    ]
    for message in news[-3:]:
        who = person(message.author_name or message.author_login, message.author_address)
        text = wash.line((message.new_text or message.text)[:400], 200)
        lines.append(((cut(f"{KINDS[message.kind]} · {who}: ", width), Role.STRONG),))
        lines.extend((("  " + part, Role.TEXT),) for part in wrap(text, max(width - 2, 10))[:2])
    return lines


def problem_lines(problems: Sequence[str], width: int) -> list[Line]:
    """Say what is missing before it can go."""
    return [((part, Role.BAD),) for problem in problems for part in wrap(wash.line(problem, 300), width)]

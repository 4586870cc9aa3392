"""The ``:`` line over the command table: find, complete, refuse with a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.keys import COMMANDS, Command, Situation

KINDS = ("ticket", "opportunity", "order", "invoice")  # offered as arguments; a desk's own kinds may be typed


@dataclass(frozen=True, slots=True)
class Typed:
    """A command line that was understood."""

    command: Command
    argument: str


def by_id(command_id: str, commands: Sequence[Command] = COMMANDS) -> Command:
    """Find a command; KeyError when there is none."""
    for command in commands:
        if command.id == command_id:
            return command
    raise KeyError(command_id)


def parse(line: str, now: Situation, commands: Sequence[Command] = COMMANDS) -> Typed | str:
    """Understand a line (without the ":"), or say in one sentence why not. Unique beginnings are enough."""
    word, _, rest = line.strip().partition(" ")
    argument = rest.strip()
    named = [command for command in commands if command.name and command.name == word]
    found = named or [command for command in commands if command.name and word and command.name.startswith(word)]
    here = [command for command in found if now.context in command.contexts] or found
    if not here:
        return f"There is no command {word!r}; ? lists them." if word else "Type a command, or Esc."
    if len(here) > 1:
        return f"{word!r} could be {', '.join(command.name for command in here[:4])}."
    command = here[0]
    if argument and not command.argument:
        return f":{command.name} takes nothing after it."
    refusal = refused(command, now)
    if refusal:
        return refusal
    if command.argument and not argument:
        return f":{command.name} needs {_article(command.argument)}."
    return Typed(command, argument)


def refused(command: Command, now: Situation) -> str:
    """Why the command does not apply now; "" when it does."""
    if now.context not in command.contexts:
        return f":{command.name} does not work here." if command.name else "That does not work here."
    return command.why_not(now)


def complete(line: str, now: Situation, commands: Sequence[Command] = COMMANDS) -> tuple[str, ...]:
    """Whole lines that continue this one, best first; arguments where their values are known."""
    word, space, rest = line.lstrip().partition(" ")
    if not space:
        return tuple(
            command.name + (" " if command.argument else "")
            for command in commands
            if command.name.startswith(word) and command.name and now.context in command.contexts
        )
    for command in commands:
        if command.name == word and command.argument == "kind":
            return tuple(f"{word} {kind}" for kind in KINDS if kind.startswith(rest.strip()))
        if command.name == word and command.argument == "path":
            from tui.paths import complete as paths  # only this command needs it

            return tuple(f"{word} {path}" for path in paths(rest.lstrip()))
    return ()


def _article(argument: str) -> str:
    return {
        "number": "a record number, as in :attach 1001",
        "kind": f"a kind: {', '.join(KINDS)}",
        "addresses": "addresses, comma between them",
        "text": "a text",
        "sender": "one of our addresses, as in :from support@example.org, or - for what the rules say",
        "words": "words to look for",
        "path": "a file, as in :attach-file ~/offer.pdf",
        "address": "an address, as in :resend mara@example.org",
    }.get(argument, argument)

"""Textual bindings from the command table.

All have priority: a command runs before the next key is looked at, so what is typed ahead on a slow line goes where
the command moved the keys to. Without it "rHello" in one packet lost the text (measured).
"""

from textual.binding import Binding, BindingType

from tui.keys import COMMANDS, PREFIXES


def bindings() -> list[BindingType]:
    """One binding per command and single key; two-letter keys have one for each of their letters."""
    made: list[BindingType] = []
    seconds = {sequence[1] for command in COMMANDS for sequence in command.sequences if len(sequence) > 1}
    made += [_binding(key, f"second('{key}')", f"second.{key}") for key in sorted(seconds)]
    made += [_binding(key, f"begin('{key}')", f"prefix.{key}") for key in sorted(PREFIXES)]
    made += [_binding(key, f"prompt('{deed}')", f"prompt.{deed}") for key, deed in PROMPT_KEYS.items()]
    for command in COMMANDS:
        keys = [sequence[0] for sequence in command.sequences if len(sequence) == 1]
        if keys:
            made.append(_binding(",".join(keys), f"run('{command.id}')", command.id, command.words))
    return made


PROMPT_KEYS = {"enter": "enter", "escape": "leave", "tab": "complete"}


def _binding(keys: str, action: str, name: str, words: str = "…") -> Binding:
    return Binding(keys, action, words, show=False, priority=True, id=name)

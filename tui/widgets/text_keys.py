"""Text widgets that take every key in the order it was typed.

Textual hands letters to the widget at once, but looks its other keys up only when they have risen to the app: typed
ahead on a slow line, Backspace came after the letters behind it (measured: "helo", Backspace, "lo" in one packet
became "helol"). It also drops what Python calls unprintable: no-break and ideographic spaces, and the joiners that
Persian and Hindi are written with.
"""

import unicodedata

from textual import events
from textual.widgets import Input, TextArea

JOINERS = "\u200c\u200d"


class WrittenText(TextArea):
    """A text of many lines."""

    async def on_key(self, event: events.Key) -> None:
        """Put in a letter Textual would drop, or run what the key is bound to here; the rest is Textual's."""
        if letter := _dropped(event):
            self.replace(letter, *self.selection, maintain_selection_offset=False)
            _end(event)
        else:
            await _run_here(self, event)


class WrittenLine(Input):
    """A text of one line."""

    async def on_key(self, event: events.Key) -> None:
        """Put in a letter Textual would drop, or run what the key is bound to here; the rest is Textual's."""
        if letter := _dropped(event):
            self.replace(letter, *self.selection)
            _end(event)
        else:
            await _run_here(self, event)


def _dropped(event: events.Key) -> str:
    """Give the letter of a text that Textual would take for none; "" = it takes this key right."""
    letter = event.character or ""
    if event.is_printable or len(letter) != 1:
        return ""
    return letter if letter in JOINERS or unicodedata.category(letter) == "Zs" else ""


async def _run_here(widget: TextArea | Input, event: events.Key) -> None:
    """Run the widget's own meaning of a key now, not when the key has risen to the app."""
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):  # it has no public name
        if not binding.priority and await widget.app.run_action(binding.action, widget):
            _end(event)
            return


def _end(event: events.Key) -> None:
    event.stop()
    event.prevent_default()

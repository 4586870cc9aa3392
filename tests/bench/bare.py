"""The least Textual app that shows a line: what starting costs anyone who uses it."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Show it."""
        yield Static("bare and ready")


if __name__ == "__main__":
    Bare().run()

"""The README keeps its word: the key table is the program's own, the pictures are there, the commands exist."""

import os
import re
from dataclasses import fields
from pathlib import Path

from tui.keys import markdown
from tui.settings import Settings

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- keys: written by tests/house/test_readme.py -->\n", "<!-- end of keys -->"


def test_the_key_table_is_the_programs() -> None:
    """NIGHTDESK_WRITE_README=1 writes it."""
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    if os.environ.get("NIGHTDESK_WRITE_README") == "1":
        table = markdown()
        README.write_text(before + BEGIN + table + END + after)
    assert table == markdown()


def test_the_pictures_are_there_and_fetch_nothing() -> None:
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", README.read_text())
    assert pictures
    for name in pictures:
        svg = (README.parent / name).read_text()
        assert svg.startswith("<svg")
        assert "url(http" not in svg
        assert "@import" not in svg


def test_every_setting_is_told() -> None:
    text = README.read_text()
    assert [each.name for each in fields(Settings) if f"| `{each.name}` |" not in text] == []

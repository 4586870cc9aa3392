"""What is done on the server after the fetch, as people write it."""

import pytest

from models.rules import after_fetch
from models.rules.new_account import problems
from models.types.account import After, AfterFetch, NewAccount


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("keep", AfterFetch(After.KEEP)),
        (" Seen ", AfterFetch(After.SEEN)),
        ("delete", AfterFetch(After.DELETE)),
        ("move:Archive/2026", AfterFetch(After.MOVE, "Archive/2026")),
        ("move: a:b ", AfterFetch(After.MOVE, "a:b")),
        ("move:", None),
        ("move", None),
        ("delete:INBOX", None),
        ("", None),
        ("purge", None),
    ],
)
def test_words(text: str, meant: AfterFetch | None) -> None:
    assert after_fetch.read(text) == meant


@pytest.mark.parametrize(
    ("folder", "more", "after", "wrong"),
    [
        ("INBOX", "Orders\nSales", "move:Done", ""),
        ("INBOX", "Orders", "move:Orders", "fetched from there again"),
        ("INBOX", "", "burn", "keep, seen, delete or move:FOLDER"),
        ("INBOX", "a\n\nb", "keep", "A folder needs a name"),
        ("", "", "keep", "A folder needs a name"),
    ],
)
def test_what_stands_between_it_and_being_kept(folder: str, more: str, after: str, wrong: str) -> None:
    new = NewAccount("a@b.test", imap_host="imap.b.test", folder=folder, more_folders=more, after_fetch=after)
    assert [wrong in sentence for sentence in problems(new)] == [True] * bool(wrong)


def test_pop3_cannot_mark() -> None:
    (said,) = problems(NewAccount("a@b.test", pop3_host="pop.b.test", after_fetch="seen"))
    assert "with POP3, say after how many days" in said

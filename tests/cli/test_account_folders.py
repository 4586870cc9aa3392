"""``--folder`` more than once and ``--after``: said, kept as said, and said again."""

import argparse
import shlex

from models.types.account import NewAccount
from tui.cli import account_said

PLAIN = NewAccount("a@b.test")


def said(*words: str, known: NewAccount = PLAIN) -> NewAccount:
    parser = argparse.ArgumentParser()
    account_said.declare(parser)
    parser.add_argument("rest", nargs="*")
    return account_said.said(parser.parse_args(list(words)), known)


def test_the_first_is_waited_in_and_the_others_are_fetched_too() -> None:
    new = said("--folder", "INBOX", "--folder", "Sales & Co", "--folder", "INBOX", "--after", "move:Done")
    assert (new.folder, new.more_folders, new.after_fetch) == ("INBOX", "Sales & Co", "move:Done")


def test_what_is_not_said_stays() -> None:
    known = NewAccount("a@b.test", folder="X", more_folders="Y", after_fetch="seen")
    assert said(known=known) == known


def test_the_command_says_it_again() -> None:
    new = said("--folder", "INBOX", "--folder", "Sales & Co", "--after", "seen", "--imap-host", "i.b.test")
    words = shlex.split(account_said.command(new))[4:]
    assert said(*words) == new

"""``python -m tests.bench NAME ... [--json]``; no name lists them, ``all`` runs them all."""

import argparse
import importlib
import sys

NAMES = {
    "start": "the program's first usable list on 100,000 records",
    "keys": "j at 1,000 and 100,000 records: time until settled, bytes on the line",
    "window": "a page of the list against bare sqlite3",
    "search": "searches as typed, at 1,000 and 100,000 records",
    "ingest": "mails a second through keep, parse in a child, place",
    "import": "a maildir of 10,000 mails through the command, against notmuch new and mu index",
    "fetch": "10,000 messages from a Dovecot into the database, against mbsync",
    "send": "queue to wire on one kept connection, against smtplib",
    "loop": "the longest block of the screen's loop while mail comes in",
}

MODULES = {"import": "import_mail"}  # where the word is Python's


def main() -> int:
    """Run the named benchmarks; 1 when a target was missed."""
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*NAMES, "all")))
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    asked = parser.parse_args()
    if unknown := set(asked.names) - {*NAMES, "all"}:
        parser.error(f"there is no benchmark called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if not asked.names:
        print("\n".join(f"{name:8} {words}" for name, words in NAMES.items()))
        return 0
    missed = False
    for name in NAMES if "all" in asked.names else asked.names:
        for row in importlib.import_module(f"tests.bench.{MODULES.get(name, name)}").run():
            print(row.as_json() if asked.json else row.as_text(), flush=True)
            missed |= row.ok is False
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

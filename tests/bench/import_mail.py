"""``nightdesk import maildir`` against ``notmuch new`` and ``mu index`` on the same mails, each into an empty place."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from models.services import setup
from models.store.database import Database
from models.store.migrate import ensure
from models.store.plain import Reader
from tests.bench.letters import Letters
from tests.bench.program import COMMAND, environment
from tests.bench.row import Row, against, missing

COUNT = 10_000


def run() -> Iterator[Row]:
    """Ours is the command as a user runs it: start, read, parse, dedupe, route, store, index."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-bench-") as name:
        folder = Path(name)
        inbox = _maildir(folder / "mail")
        ours = _ours(folder, inbox)
        yield Row("import", f"mails/s of {COUNT:,}, nightdesk import maildir", round(COUNT / ours, 1))
        for program, package, most, peer in (("notmuch", "notmuch", 0.1, _notmuch), ("mu", "maildir-utils", 0.2, _mu)):
            row = f"ms a mail, {program} {'new' if program == 'notmuch' else 'index'} ms a mail"
            if shutil.which(program):
                yield against("import", row, ours / COUNT * 1e3, peer(folder, inbox) / COUNT * 1e3, most)
            else:
                yield missing("import", row, program, package)


def _maildir(folder: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number, content in enumerate(Letters()(COUNT)):
        (folder / "cur" / f"{1_700_000_000 + number}.M{number}.bench:2,S").write_bytes(content)
    return folder


def _ours(folder: Path, inbox: Path) -> float:
    desk = folder / "desk.db"
    url = f"sqlite:///{desk}"
    ensure(url)
    database = Database(url)
    database.write(
        setup.init, brand="Desk", domain="desk.test", notification="notifications@desk.test", now=datetime.now(UTC)
    )
    database.close()
    seconds = _timed([*COMMAND, "import", "maildir", str(inbox)], environment(desk))
    reader = Reader(url)
    (placed,) = reader.rows("SELECT count(*) AS n FROM message")
    (indexed,) = reader.rows("SELECT count(*) AS n FROM message_search")
    reader.close()
    assert (placed["n"], indexed["n"]) == (COUNT, COUNT), (placed["n"], indexed["n"])
    return seconds


def _notmuch(folder: Path, inbox: Path) -> float:
    config = folder / "notmuch"
    config.write_text(f"[database]\npath={inbox}\n[user]\nname=Bench\nprimary_email=bench@desk.test\n")
    return _timed(["notmuch", f"--config={config}", "new", "--quiet", "--no-hooks"], {})


def _mu(folder: Path, inbox: Path) -> float:
    subprocess.run(["mu", "init", f"--muhome={folder}/mu", f"--maildir={inbox}"], check=True, capture_output=True)
    return _timed(["mu", "index", f"--muhome={folder}/mu", "--quiet"], {})


def _timed(command: Sequence[str], variables: Mapping[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | variables)
    return time.perf_counter() - began

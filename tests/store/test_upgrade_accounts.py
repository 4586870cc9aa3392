"""What worked before there were tests of accounts works after the upgrade; what never worked must be tested."""

import sqlite3
from contextlib import closing
from pathlib import Path

from models.migrations.upgrade import upgrade
from models.store import account_settings
from models.store.database import Database
from models.store.migrate import ensure
from models.types.sender import Proof

_INSERT = (
    'INSERT INTO account (name, email, "user", secret, smtp_host, smtp_port, smtp_security, imap_host, imap_port, '
    "imap_security, pop3_host, pop3_port, pop3_security, ca_file, folder, poll_seconds, default_kind, active, state, "
    "sentence, failures, send_state, send_sentence, send_failures, send_success_at, last_success_at) VALUES "
    "(?, 'a@desk.test', '', '', ?, 465, 'tls', ?, 993, 'tls', '', 995, 'tls', '', 'INBOX', 60, '', 1, 'ok', '', 0, "
    "'ok', '', 0, ?, ?)"
)
THEN = "2026-03-02 09:00:00.000000"


def test_accounts_that_worked_are_proved(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    upgrade(url, "0005")
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection, connection:
        for name, smtp, imap, sent, fetched in (
            ("both", "mx", "mx", THEN, THEN),
            ("never sent", "mx", "mx", None, THEN),
            ("only fetches", "", "mx", None, THEN),
            ("only sends", "mx", "", THEN, None),
            ("new", "mx", "mx", None, None),
        ):
            connection.execute(_INSERT, (name, smtp, imap, sent, fetched))
    ensure(url)
    database = Database(url)
    found = {one.name: (one.proof, one.active) for one in database.read(account_settings.views)}
    database.close()
    assert found == {
        "both": (Proof.OK, True),
        "never sent": (Proof.UNTESTED, True),
        "only fetches": (Proof.OK, True),
        "only sends": (Proof.OK, True),
        "new": (Proof.UNTESTED, True),
    }

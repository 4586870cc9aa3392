"""The state of the mail accounts as the status line says it."""

from models.store.plain import Reader
from models.store.values import moment_or_none
from models.types.health import AccountHealth, AccountState

_WORST = (AccountState.OK, AccountState.FAILING, AccountState.STOPPED)


def health(reader: Reader) -> tuple[AccountHealth, ...]:
    """Return every active account, by id. Of its two halves the worse one speaks; the sending one when equal."""
    waiting = {
        row["account_id"]: row["n"]
        for row in reader.rows(
            "SELECT account_id, count(*) AS n FROM delivery WHERE state IN ('held', 'queued', 'sending', 'in_data') "
            "AND account_id IS NOT NULL GROUP BY account_id"
        )
    }
    found = []
    for row in reader.rows("SELECT * FROM account WHERE active = :yes ORDER BY id", yes=True):
        fetches, sends = bool(row["imap_host"] or row["pop3_host"]), bool(row["smtp_host"])
        halves = [""] * fetches + ["send_"] * sends or [""]
        half = max(halves, key=lambda one: (_rank(row[f"{one}state"]), one))
        found.append(
            AccountHealth(
                id=row["id"],
                name=row["name"],
                state=AccountState(row[f"{half}state"]),
                fetches=fetches,
                sends=sends,
                last_success_at=moment_or_none(row["send_success_at" if half else "last_success_at"]),
                failures=row[f"{half}failures"],
                sentence=row[f"{half}sentence"],
                queued=waiting.get(row["id"], 0),
            )
        )
    return tuple(found)


def _rank(state: str) -> int:
    return _WORST.index(AccountState(state))

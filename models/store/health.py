"""The state of the mail accounts as the status line says it."""

from datetime import datetime
from typing import Any

from models.store.plain import Reader
from models.store.values import moment_or_none
from models.types.health import AccountHealth, AccountState
from models.types.limits import BudgetLeft

_WORST = (AccountState.OK, AccountState.FAILING, AccountState.STOPPED)


def health(reader: Reader, now: datetime) -> tuple[AccountHealth, ...]:
    """Return every active account, by id. Of its two halves the worse one speaks; the sending one when equal."""
    waiting = {
        row["account_id"]: row["n"]
        for row in reader.rows(
            "SELECT account_id, count(*) AS n FROM delivery WHERE state IN ('held', 'queued', 'sending', 'in_data') "
            "AND account_id IS NOT NULL GROUP BY account_id"
        )
    }
    spent = {row["account_id"]: row["spent"] for row in reader.rows("SELECT account_id, spent FROM send_budget")}
    found = []
    for row in reader.rows("SELECT * FROM account WHERE active = :yes ORDER BY id", yes=True):
        fetches, sends = bool(row["imap_host"] or row["pop3_host"]), bool(row["smtp_host"])
        halves = [""] * fetches + ["send_"] * sends or [""]
        half = max(halves, key=lambda one: (_rank(row[f"{one}state"]), one))
        budget = _budget(row["limits"], spent.get(row["id"]), now)
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
                left=budget.left,
                budget=budget.sentence,
                next_at=budget.next_at,
            )
        )
    return tuple(found)


def _budget(limits: Any, spent: Any, now: datetime) -> BudgetLeft:
    if not spent and limits in ("{}", {}):
        return BudgetLeft()  # the usual account: the first frame need not learn to count
    from models.rules.budget import left
    from models.rules.budget_json import limits_of, spent_of

    return left(limits_of(limits), spent_of(spent), now)


def _rank(state: str) -> int:
    return _WORST.index(AccountState(state))

"""Run the trial of an account in a terminal: each step on stderr as it happens."""

import asyncio
import sys
from typing import TYPE_CHECKING

from gateway.trial.run import AFTER_FAILURE
from gateway.workers.account_trial import AccountTrial
from models.types.account import NewAccount
from models.types.errors import NightdeskError
from models.types.secret import Secret
from models.types.trial import StepState, TrialResult, TrialStep
from tui.render import wash

if TYPE_CHECKING:
    from models.store.database import Database
    from tui.settings import Settings

_MARKS = {StepState.OK: "ok", StepState.FAILED: "FAILED", StepState.SKIPPED: "-", StepState.RUNNING: "..."}


class NoTrust(NightdeskError):
    """The test of an account failed."""

    exit_code = 69  # EX_UNAVAILABLE, sysexits.h


def tried(said: NewAccount, password: Secret | None, settings: "Settings", database: "Database") -> TrialResult:
    """Try an account, telling each step; what the whole says."""
    from tui.identity import hostname

    trial = AccountTrial(database, said, hostname=hostname(settings, database), password=password)

    async def run() -> None:
        async for step in trial.steps():
            _tell(step)

    asyncio.run(run())
    return trial.result


def refused(result: TrialResult, sentence: str, remedy: str) -> NoTrust:
    """Make the error for a failed test: its first failure, what was not done, and how to go on."""
    failed = result.failure
    why = f" {failed.sentence} {failed.remedy}" if failed else ""
    return NoTrust(f"{sentence}{why}", remedy)


def as_plain(result: TrialResult) -> dict[str, object]:
    """Turn a result into what JSON can hold."""
    return {
        "passed": result.passed,
        "at": result.at.isoformat(),
        "plus_addressing": result.plus_addressing,
        "other_from": result.other_from,
        "authserv_id": result.authserv_id,
        "steps": [
            {
                "step": step.key,
                "name": step.name,
                "state": step.state.value,
                "sentence": step.sentence,
                "remedy": step.remedy,
                "server": step.server_text,
            }
            for step in result.steps
        ],
    }


def _tell(step: TrialStep) -> None:
    """Write a step's line; on a terminal the running one is written over by how it ended."""
    terminal = sys.stderr.isatty()
    if (step.state is StepState.RUNNING and not terminal) or step.sentence == AFTER_FAILURE:
        return
    line = f"{_MARKS[step.state]:<7} {step.name}" + (f": {step.sentence}" if step.sentence else "")
    start = "\r\x1b[K" if terminal else ""
    end = "" if step.state is StepState.RUNNING else "\n"
    print(start + wash.line(line, 300), end=end, file=sys.stderr, flush=True)
    if step.state is StepState.FAILED:
        for title, words in (("the server says", step.server_text), ("what to do", step.remedy)):
            if words:
                print(f"        {title}: {wash.line(words, 500)}", file=sys.stderr, flush=True)

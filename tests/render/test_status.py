from datetime import UTC, datetime

from rich.cells import cell_len

from models.types.health import AccountHealth, AccountState
from tui.render.status import StatusFacts, health, status_lines

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_a_queue_that_waits_for_its_providers_limit_says_until_when() -> None:
    paced = AccountHealth(1, "support", AccountState.OK, True, True, NOW, 0, "", 7, 0, "0 of 5 a minute left", NOW)
    said = "".join(text for text, _ in health((paced,), 80))
    assert said == f"mail ok, 7 queued, provider's limit: next {NOW.astimezone():%H:%M} "


def test_a_limit_nobody_waits_for_is_not_worth_a_word() -> None:
    idle = AccountHealth(1, "support", AccountState.OK, True, True, NOW, 0, "", 0, 0, "0 of 5 a minute left", NOW)
    assert "".join(text for text, _ in health((idle,), 80)) == "mail ok "


def test_a_sentence_too_long_for_its_lines_is_cut_and_a_stopped_account_still_said() -> None:
    stopped = AccountHealth(1, "support", AccountState.STOPPED, True, True, NOW, 0, "No login.", 0, 0, "", NOW)
    lines = [
        "".join(text for text, _ in line)
        for line in status_lines(StatusFacts("word " * 50, True, (), (stopped,)), 60, NOW)
    ]
    assert len(lines) == 4
    assert all(cell_len(line) <= 60 for line in lines)
    assert lines[2].endswith("…")
    assert lines[3].endswith("mail stopped: support – No login. ")

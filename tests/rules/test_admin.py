from itertools import product

import pytest

from models.rules.admin import refusal
from models.types.actor import Standing


@pytest.mark.parametrize(("agent", "flagged", "first", "owns"), list(product((True, False), repeat=4)))
def test_who_may(agent: bool, flagged: bool, first: bool, owns: bool) -> None:
    said = refusal(Standing(agent, flagged, first, owns), ["anna", "ben"])
    if owns or first or (agent and flagged):
        assert said == ""
    else:
        assert said == "Only an admin of this desk may do that; ask anna, ben."


def test_where_nobody_may_the_owner_is_named() -> None:
    assert "whoever owns the database" in refusal(Standing(True, False, False, False), ())

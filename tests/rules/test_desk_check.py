from dataclasses import replace
from typing import Any

import pytest

from models.rules.desk_check import findings
from models.types.check import CheckedBrand, CheckedDomain, DeskChecked
from models.types.sender import Candidate, Proof

A, DEAD = 1, 2
support = Candidate(1, "support@desk.test", "Support", account_id=1)
brand = CheckedBrand(A, "Night", True, 3, "support@desk.test", "notifications@desk.test", "")
given_up = CheckedBrand(DEAD, "Noon", False, 0, "", "", "")
host = CheckedDomain("desk.test", ("support",), "", "bounce", "")
WELL = DeskChecked((support,), frozenset(), (brand, given_up), (host,), frozenset({"support@desk.test"}))


def codes(desk: DeskChecked) -> list[tuple[str, bool]]:
    return [(one.code, one.problem) for one in findings(desk)]


def with_address(**changes: Any) -> DeskChecked:
    """The good desk with a second address."""
    other = replace(replace(support, id=9, address="other@desk.test", sequence=20), **changes)
    return replace(WELL, addresses=(support, other))


def test_a_good_desk_has_nothing_to_say() -> None:
    assert findings(WELL) == ()


@pytest.mark.parametrize(
    ("desk", "expected"),
    [
        (replace(WELL, addresses=()), [("no-unbound-address", True)]),
        (replace(WELL, addresses=(replace(support, brands=frozenset({A})),)), [("no-unbound-address", True)]),
        (replace(WELL, addresses=(replace(support, active=False),)), [("no-unbound-address", True)]),
        (replace(WELL, addresses=(replace(support, agent_id=4),)), [("no-unbound-address", True)]),
        (replace(WELL, brands=(replace(brand, answers_as=""),)), [("brand-without-address", True)]),
        (replace(WELL, brands=(brand, replace(given_up, open_records=1))), [("brand-without-address", True)]),
        (replace(WELL, brands=(replace(brand, notification="x@desk.test"),)), [("notification-not-sent", False)]),
        (replace(WELL, brands=(replace(brand, notification="support@desk.test"),)), []),
        (with_address(sequence=10), [("same-sequence", False)]),
        (with_address(sequence=10, active=False), []),
        (with_address(sequence=10, brands=frozenset({A})), []),
        (with_address(sequence=10, agent_id=4), []),
        (with_address(brands=frozenset({DEAD})), [("dead-brand", True)]),
        (with_address(brands=frozenset({A, DEAD})), [("dead-brand", False)]),
        (with_address(proof=Proof.UNTESTED), [("untested", True)]),
        (with_address(proof=Proof.FAILED), [("untested", True)]),
        (with_address(server_filter=("desk.test",)), []),
        (with_address(server_filter=("elsewhere.test",), brands=frozenset({A})), [("filter", False)]),
        (with_address(server_filter=("elsewhere.test",)), [("filter", True)]),
        (replace(WELL, nobodys=frozenset({1})), [("nobody", False)]),
        (replace(WELL, domains=(replace(host, catchall="support"),)), []),
        (replace(WELL, domains=(replace(host, catchall="gone"),)), [("catchall", True)]),
        (replace(WELL, domains=(replace(host, bounce="support"),)), [("bounce", True)]),
        (replace(WELL, domains=(replace(host, aliases=("support", "sales")),)), [("alias-without-mailbox", False)]),
        (
            replace(WELL, domains=(host, replace(host, name="new.test"))),
            [("alias-without-mailbox", True)],
        ),
    ],
)
def test_each_thing_is_found(desk: DeskChecked, expected: list[tuple[str, bool]]) -> None:
    assert codes(desk) == expected


def test_problems_come_first_and_each_says_what_to_do() -> None:
    desk = replace(with_address(sequence=10), domains=(replace(host, catchall="gone"),))
    found = findings(desk)
    assert [one.problem for one in found] == [True, False]
    assert all(one.sentence.endswith(".") and one.remedy for one in found)

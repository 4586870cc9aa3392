from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from models.rules import sender
from models.rules.sender import choose_sender, covers, weigh
from models.types.sender import Candidate, Proof, SenderQuestion

KIM, LEE = 1, 2
BRAND, OTHER_BRAND = 10, 20
company = Candidate(1, "support@desk.test", "Support", account_id=1)
QUESTION = SenderQuestion(KIM, "Kim", BRAND, "Brand A", company_domains=frozenset({"desk.test"}))


def own(number: int, **changes: Any) -> Candidate:
    """An address of Kim's own."""
    mine = Candidate(number, f"kim{number}@desk.test", "Kim", account_id=number, agent_id=KIM)
    return replace(mine, **changes)


def desk(number: int, **changes: Any) -> Candidate:
    """An address of the company's."""
    ours = Candidate(number, f"desk{number}@desk.test", "Desk", account_id=number)
    return replace(ours, **changes)


OWNERS = {"company": None, "own": KIM, "another's own": LEE}
BINDINGS = {
    "unbound": frozenset[int](),
    "bound": frozenset({BRAND}),
    "one of several": frozenset({BRAND, OTHER_BRAND}),
    "other brand": frozenset({OTHER_BRAND}),
}
READY = {
    "tested": (True, Proof.OK),
    "untested": (True, Proof.UNTESTED),
    "test failed": (True, Proof.FAILED),
    "inactive": (False, Proof.OK),
}
WISHES = ("explicit", "rule", "stay", "none")
COMBINATIONS = list(product(OWNERS, BINDINGS, (True, False), READY, WISHES, (True, False)))


@pytest.mark.parametrize(("owner", "binding", "allowed", "ready", "wish", "personal"), COMBINATIONS)
def test_every_combination(owner: str, binding: str, allowed: bool, ready: str, wish: str, personal: bool) -> None:
    active, proof = READY[ready]
    candidate = replace(
        company,
        id=9,
        address="wanted@desk.test",
        agent_id=OWNERS[owner],
        brands=BINDINGS[binding],
        allowed=allowed,
        active=active,
        proof=proof,
    )
    last_resort = desk(99, address="last@other.test")
    question = replace(
        QUESTION,
        explicit=candidate.address if wish == "explicit" else "",
        by_rule=candidate.address if wish == "rule" else "",
        stay_on=candidate.address if wish == "stay" else "",
        personal_senders=personal,
    )
    usable = allowed and ready == "tested" and owner != "another's own" and binding != "other brand"
    usable = usable and (personal or owner == "company" or binding != "unbound")
    choice = choose_sender(question, [last_resort, candidate])
    if wish == "explicit" and not usable:
        assert candidate.address in choice.refusal
        assert (choice.address, choice.account_id) == ("", None)
    elif usable:
        natural = {
            ("own", True): sender.OWN_BOUND,
            ("own", False): sender.OWN,
            ("company", True): sender.BRAND,
            ("company", False): sender.COMPANY,
        }
        wished = {"explicit": sender.EXPLICIT, "rule": sender.BY_RULE, "stay": sender.STAY}
        assert choice.address == candidate.address
        assert choice.rule == wished.get(wish, natural.get((owner, binding != "unbound")))
        assert choice.refusal == ""
    else:
        assert (choice.address, choice.rule) == ("last@other.test", sender.GLOBAL)
        assert any(w.address == candidate.address and w.because and not w.available for w in choice.tried)


def test_the_whole_ladder_step_by_step() -> None:
    in_turn = [
        own(1, brands=frozenset({BRAND})),
        own(2),
        desk(3, brands=frozenset({BRAND})),
        desk(4),
        desk(5, address="all@other.test"),
    ]
    rules = [sender.OWN_BOUND, sender.OWN, sender.BRAND, sender.COMPANY, sender.GLOBAL]
    for place, (candidate, rule) in enumerate(zip(in_turn, rules, strict=True)):
        choice = choose_sender(QUESTION, list(reversed(in_turn[place:])))
        assert (choice.address, choice.rule, choice.account_id) == (candidate.address, rule, candidate.account_id)
    wished = replace(QUESTION, by_rule=in_turn[3].address, stay_on=in_turn[2].address)
    assert choose_sender(wished, in_turn).rule == sender.BY_RULE
    assert choose_sender(replace(wished, by_rule=""), in_turn).rule == sender.STAY
    assert choose_sender(replace(wished, explicit=in_turn[4].address), in_turn).rule == sender.EXPLICIT


def test_a_tie_goes_by_sequence_then_by_age() -> None:
    first, second, third = desk(3, sequence=5), desk(1, sequence=10), desk(2, sequence=10)
    assert choose_sender(QUESTION, [third, second, first]).address == first.address
    assert choose_sender(QUESTION, [third, second]).address == second.address


def test_a_record_without_a_brand_uses_unbound_addresses_only() -> None:
    nobodys = replace(QUESTION, brand_id=None, brand_name="")
    assert choose_sender(nobodys, [desk(1, brands=frozenset({BRAND})), desk(2)]).address == "desk2@desk.test"


def test_an_automation_has_no_own_address() -> None:
    automation = replace(QUESTION, agent_id=None)
    choice = choose_sender(automation, [own(1), desk(2)])
    assert choice.address == "desk2@desk.test"


@pytest.mark.parametrize("wished", ["gone@desk.test", "not an address", "x\r\nBcc: y@z"])
def test_an_unknown_choice_is_refused_and_an_unknown_rule_falls_through(wished: str) -> None:
    assert choose_sender(replace(QUESTION, explicit=wished), [company]).refusal
    choice = choose_sender(replace(QUESTION, by_rule=wished), [company])
    assert choice.address == company.address
    assert "no sending address of ours" in choice.tried[0].because


def test_the_choice_is_found_in_any_spelling() -> None:
    assert choose_sender(replace(QUESTION, explicit="SUPPORT@Desk.Test"), [company]).rule == sender.EXPLICIT


def test_an_address_bound_to_several_brands_serves_each() -> None:
    both = desk(1, address="both@desk.test", brands=frozenset({BRAND, OTHER_BRAND}))
    for brand in (BRAND, OTHER_BRAND):
        assert choose_sender(replace(QUESTION, brand_id=brand), [both]).rule == sender.BRAND
    assert choose_sender(replace(QUESTION, brand_id=30), [both]).refusal


def test_of_an_address_that_stands_there_twice_the_fitting_one_is_meant() -> None:
    elsewhere = desk(1, address="both@desk.test", brands=frozenset({OTHER_BRAND}))
    here = desk(2, address="both@desk.test", brands=frozenset({BRAND}))
    for order in ([elsewhere, here], [here, elsewhere]):
        choice = choose_sender(replace(QUESTION, explicit="both@desk.test"), order)
        assert (choice.account_id, choice.address_id) == (2, 2)


def test_none_left_says_who_can_help() -> None:
    choice = choose_sender(QUESTION, [replace(company, active=False)])
    assert (choice.address, choice.account_id, choice.rule) == ("", None, "")
    assert "ask an admin" in choice.refusal
    assert choice.tried[0].because == "it is switched off"
    assert choose_sender(QUESTION, []).refusal


NOTIFICATION = desk(50, address="notifications@desk.test", server_filter=("desk.test",))


def test_what_the_server_may_not_send_goes_as_notification_with_the_name() -> None:
    mine = own(1, address="kim@home.example", server_filter=("desk.test",))
    choice = choose_sender(replace(QUESTION, notification=NOTIFICATION), [mine])
    assert (choice.address, choice.display_name, choice.account_id) == (
        "notifications@desk.test",
        "Kim via Brand A",
        50,
    )
    assert "kim@home.example" in choice.notices[0]
    assert choice.rule == sender.OWN


@pytest.mark.parametrize(
    "notification",
    [
        None,
        replace(NOTIFICATION, active=False),
        replace(NOTIFICATION, proof=Proof.FAILED),
        replace(NOTIFICATION, server_filter=("other.test",)),
        replace(NOTIFICATION, brands=frozenset({OTHER_BRAND})),
        replace(NOTIFICATION, agent_id=KIM),
        replace(NOTIFICATION, removed=True),
    ],
)
def test_without_a_notification_address_it_is_not_available(notification: Candidate | None) -> None:
    mine = own(1, address="kim@home.example", server_filter=("desk.test",))
    question = replace(QUESTION, notification=notification)
    assert choose_sender(question, [mine, company]).address == company.address
    assert choose_sender(replace(question, explicit=mine.address), [mine, company]).refusal


@pytest.mark.parametrize(
    ("server_filter", "address", "covered"),
    [
        ((), "any@where.example", True),
        (("desk.test",), "kim@desk.test", True),
        (("@Desk.Test",), "kim@desk.test", True),
        (("Kim@desk.test",), "kim@DESK.test", True),
        (("kim@desk.test",), "lee@desk.test", False),
        (("desk.test",), "kim@sub.desk.test", False),
        (("other.test", "desk.test"), "kim@desk.test", True),
    ],
)
def test_what_a_filter_covers(server_filter: tuple[str, ...], address: str, covered: bool) -> None:
    assert covers(server_filter, address) is covered


def test_a_sender_the_customer_does_not_know_is_said() -> None:
    said = choose_sender(replace(QUESTION, last_seen="old@desk.test"), [company]).notices
    assert said == ("The customer last saw old@desk.test.",)
    assert choose_sender(replace(QUESTION, last_seen="SUPPORT@desk.test"), [company]).notices == ()


def test_the_name_without_a_display_name() -> None:
    assert choose_sender(QUESTION, [replace(company, display_name="")]).display_name == "Brand A"
    assert choose_sender(QUESTION, [own(1, display_name="")]).display_name == "Kim"


def test_the_list_shows_every_address_with_its_reason() -> None:
    listed = weigh(QUESTION, [company, own(1, allowed=False), desk(3, brands=frozenset({OTHER_BRAND}))])
    assert [(w.address, w.available, w.because) for w in listed] == [
        ("kim1@desk.test", False, "the author may not use it"),
        ("desk3@desk.test", False, "it is bound to another brand"),
        ("support@desk.test", True, "available"),
    ]

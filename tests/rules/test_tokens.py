import string
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.rules import tokens

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
IDS = st.integers(0, 2**63 - 1)
SMALL_IDS = st.integers(0, 36**8 - 1)
ADDRESSES = st.sampled_from(["anna@customer.example", "bob@partner.example", "jörg@exämple.de", "kim+x@desk.test"])


def token_of(address: str) -> str:
    return address.partition("+")[2].partition("@")[0]


@given(SMALL_IDS, SMALL_IDS, ADDRESSES)
def test_a_reply_address_is_read_back(record: int, message: int, recipient: str) -> None:
    address = tokens.reply_address(KEY, "support@desk.test", record_id=record, message_id=message, recipient=recipient)
    parts = tokens.read_reply_address(KEY, address)
    assert parts is not None
    assert (parts.record_id, parts.message_id, parts.valid) == (record, message, True)
    assert tokens.recipient_matches(KEY, parts, recipient.upper())
    assert not tokens.recipient_matches(KEY, parts, "eve@stranger.example")
    assert not tokens.recipient_matches(OTHER_KEY, parts, recipient)


@given(IDS, IDS, ADDRESSES, st.text(string.ascii_lowercase, min_size=1, max_size=40))
def test_the_local_part_never_exceeds_64(record: int, message: int, recipient: str, name: str) -> None:
    base = f"{name}@desk.test"
    address = tokens.reply_address(KEY, base, record_id=record, message_id=message, recipient=recipient)
    assert len(address.rpartition("@")[0]) <= 64
    assert address == base or tokens.read_reply_address(KEY, address) is not None


def test_ids_of_a_large_desk_fit_beside_a_usual_name() -> None:
    base = "notifications@desk.test"
    address = tokens.reply_address(KEY, base, record_id=10**8, message_id=10**9, recipient="a@b.example")
    assert address != base


@given(SMALL_IDS, SMALL_IDS, st.data())
def test_any_changed_character_makes_it_invalid(record: int, message: int, data: st.DataObject) -> None:
    address = tokens.reply_address(
        KEY, "support@desk.test", record_id=record, message_id=message, recipient="anna@customer.example"
    )
    token = token_of(address)
    place = data.draw(st.integers(0, len(token) - 1))
    change = data.draw(st.sampled_from(string.ascii_lowercase + string.digits + ".-_+\u212a\u0131"))
    assume(change != token[place])
    changed = f"support+{token[:place]}{change}{token[place + 1 :]}@desk.test"
    parts = tokens.read_reply_address(KEY, changed)
    assert parts is None or not parts.valid


@given(SMALL_IDS, SMALL_IDS, st.data())
def test_any_lost_or_added_character_makes_it_invalid(record: int, message: int, data: st.DataObject) -> None:
    address = tokens.reply_address(KEY, "s@desk.test", record_id=record, message_id=message, recipient="a@b.example")
    token = token_of(address)
    place = data.draw(st.integers(0, len(token) - 1))
    added = data.draw(st.sampled_from("0a.z2"))
    for changed in (token[:place] + token[place + 1 :], token[:place] + added + token[place:]):
        assume(changed != token)
        parts = tokens.read_reply_address(KEY, f"s+{changed}@desk.test")
        assert parts is None or not parts.valid


@given(SMALL_IDS, SMALL_IDS, st.randoms(use_true_random=False))
def test_case_folded_on_the_way_it_stays_valid(record: int, message: int, random: Random) -> None:
    address = tokens.reply_address(KEY, "s@desk.test", record_id=record, message_id=message, recipient="a@b.example")
    mixed = "".join(c.upper() if random.random() < 0.5 else c for c in address)
    for folded in (address.upper(), address.lower(), mixed):
        parts = tokens.read_reply_address(KEY, folded)
        assert parts is not None
        assert parts.valid


def test_another_desk_or_another_record_does_not_sign_it() -> None:
    ours = tokens.reply_address(KEY, "s@desk.test", record_id=1, message_id=2, recipient="a@b.example")
    theirs = tokens.reply_address(OTHER_KEY, "s@desk.test", record_id=1, message_id=2, recipient="a@b.example")
    parts = tokens.read_reply_address(KEY, theirs)
    assert parts is not None
    assert not parts.valid
    assert not tokens.recipient_matches(KEY, parts, "a@b.example")
    moved = token_of(ours).replace("r1.", "r3.", 1)
    forged = tokens.read_reply_address(KEY, f"s+{moved}@desk.test")
    assert forged is not None
    assert not forged.valid


@pytest.mark.parametrize(
    "address", ["", "support@desk.test", "support+vip@desk.test", "a+r1.2@desk.test", "r1.2.3.4", "+@", "@desk.test"]
)
def test_other_addresses_have_no_token(address: str) -> None:
    assert tokens.read_reply_address(KEY, address) is None
    assert tokens.read_envelope_sender(KEY, address) is None


@given(st.text(max_size=120))
def test_reading_never_raises(text: str) -> None:
    tokens.read_reply_address(KEY, text)
    tokens.read_envelope_sender(KEY, text)
    tokens.is_our_message_id(KEY, text)
    tokens.is_our_loop_tag(KEY, text)
    tokens.subject_numbers(text)


def test_signatures_are_compared_in_constant_time() -> None:
    address = tokens.reply_address(KEY, "s@desk.test", record_id=1, message_id=2, recipient="a@b.example")
    with patch.object(tokens, "compare_digest", return_value=False) as compare:
        parts = tokens.read_reply_address(KEY, address)
        assert parts is not None
        assert not parts.valid  # the answer is compare_digest's alone
        assert not tokens.is_our_message_id(KEY, tokens.new_message_id(KEY, record_id=1, nonce="n", domain="desk.test"))
        assert tokens.read_envelope_sender(KEY, tokens.envelope_sender(KEY, "b@desk.test", 4)) is None
        assert not tokens.is_our_loop_tag(KEY, tokens.loop_tag(KEY))
    assert compare.call_count == 4


@given(IDS, st.text(string.ascii_letters + string.digits, min_size=1, max_size=32))
def test_our_message_ids_are_known_in_any_case(record: int, nonce: str) -> None:
    made = tokens.new_message_id(KEY, record_id=record, nonce=nonce, domain="Desk.Test")
    assert tokens.is_our_message_id(KEY, made)
    assert tokens.is_our_message_id(KEY, made.upper())
    assert not tokens.is_our_message_id(OTHER_KEY, made)
    assert not tokens.is_our_message_id(KEY, made.replace("@desk.test", "@desk.tess"))
    assert not tokens.is_our_message_id(KEY, made[:-1])


@pytest.mark.parametrize(
    ("nonce", "domain"), [("", "desk.test"), ("a b", "desk.test"), ("a>", "desk.test"), ("a", ""), ("a", "x\r\ny")]
)
def test_no_message_id_is_made_that_could_break_a_header(nonce: str, domain: str) -> None:
    with pytest.raises(ValueError):
        tokens.new_message_id(KEY, record_id=1, nonce=nonce, domain=domain)


@given(IDS)
def test_the_envelope_sender_names_its_delivery(delivery: int) -> None:
    sender = tokens.envelope_sender(KEY, "bounces@desk.test", delivery)
    assert len(sender.rpartition("@")[0]) <= 64
    assert tokens.read_envelope_sender(KEY, sender.upper()) == delivery
    assert tokens.read_envelope_sender(OTHER_KEY, sender) is None
    token = token_of(sender)
    swapped = ("a" if token[-1] != "a" else "b").join((token[:-1], ""))
    assert tokens.read_envelope_sender(KEY, f"bounces+{swapped}@desk.test") is None


def test_a_reply_token_is_no_envelope_token_and_the_other_way() -> None:
    reply = tokens.reply_address(KEY, "s@desk.test", record_id=1, message_id=2, recipient="a@b.example")
    assert tokens.read_envelope_sender(KEY, reply) is None
    assert tokens.read_reply_address(KEY, tokens.envelope_sender(KEY, "s@desk.test", 1)) is None


def test_a_name_too_long_to_sign_is_left_as_it_is() -> None:
    base = f"{'x' * 60}@desk.test"
    assert tokens.envelope_sender(KEY, base, 1) == base


def test_the_loop_tag_is_the_desks_own() -> None:
    assert tokens.is_our_loop_tag(KEY, f" {tokens.loop_tag(KEY).upper()}\t")
    assert not tokens.is_our_loop_tag(KEY, tokens.loop_tag(OTHER_KEY))
    assert not tokens.is_our_loop_tag(KEY, "")


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: Printer [#1001]", (1001,)),
        ("[#7] and [#1001] and [#7]", (7, 1001)),
        ("Printer on fire", ()),
        ("# 1001 [1001] #1001 [# 1001]", ()),
        ("[#]", ()),
        ("[#" + "9" * 16 + "]", ()),
        ("[#١٢]", ()),
        (" ".join(f"[#{n}]" for n in range(100)), tuple(range(8))),
    ],
)
def test_numbers_in_subjects(subject: str, numbers: tuple[int, ...]) -> None:
    assert tokens.subject_numbers(subject) == numbers


def test_a_tag_written_is_a_tag_read() -> None:
    assert tokens.subject_numbers(f"Re: x {tokens.subject_tag(1001)}") == (1001,)

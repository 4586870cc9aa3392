from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import recipients
from models.rules.address import normal
from models.types.people import Channel, Follower, Recipient, Why

OWN = frozenset({"support@desk.test", "sales@desk.test", "kim@desk.test"})
LOCALS = ["anna", "Anna", "bob", "kim", "support", "sales", "lee", "", "no address"]
HOSTS = ["customer.example", "CUSTOMER.example", "desk.test"]
ADDRESSES = st.builds(
    lambda name, host: f"{name}@{host}" if name else "", st.sampled_from(LOCALS), st.sampled_from(HOSTS)
)
SMALL = st.integers(1, 4)
AGENTS = st.builds(
    lambda number, address, channel: Follower(number, f"agent {number}", address, channel, agent_id=number),
    SMALL,
    ADDRESSES,
    st.sampled_from(Channel),
)
CONTACTS = st.builds(
    lambda number, address: Follower(number, f"contact {number}", address, Channel.EMAIL, contact_id=number),
    SMALL,
    ADDRESSES,
)
MUDDLED = st.builds(lambda agent: replace(agent, contact_id=agent.id), AGENTS)
PEOPLE = st.lists(AGENTS | CONTACTS | MUDDLED, max_size=8)
AUTHORS = st.none() | SMALL

kim = Follower(1, "Kim", "kim@team.example", Channel.EMAIL, agent_id=1)
lee = Follower(2, "Lee", "lee@team.example", Channel.INBOX, agent_id=2)
anna = Follower(3, "Anna", "anna@customer.example", Channel.EMAIL, contact_id=11)
bob = Follower(4, "Bob", "bob@partner.example", Channel.EMAIL, contact_id=12)
ALL = (anna, bob, kim, lee)


def addressed(person: Follower) -> Recipient:
    return Recipient(person.name, person.address, person.channel, Why.TO, person.agent_id, person.contact_id)


def names(audience: recipients.Audience) -> list[tuple[str, str, str]]:
    return [(p.name, p.channel.value, p.why.value) for p in audience.recipients]


def check(audience: recipients.Audience, author_addresses: set[str], author_agent_id: int | None) -> None:
    """What holds for every audience."""
    addresses = [p.address for p in audience.recipients if p.address]
    agents = [p.agent_id for p in audience.recipients if p.agent_id is not None and p.contact_id is None]
    assert len(addresses) == len(set(addresses))
    assert len(agents) == len(set(agents))
    assert not set(addresses) & OWN
    assert not set(addresses) & author_addresses
    assert author_agent_id is None or author_agent_id not in agents
    assert all(normal(address) == address for address in addresses)
    assert all(p.address for p in audience.recipients if p.channel is Channel.EMAIL)
    assert all(p.channel is Channel.EMAIL for p in audience.recipients if not p.staff or p.contact_id is not None)


@given(PEOPLE, PEOPLE, AUTHORS, st.sampled_from([frozenset(), OWN]))
def test_a_note_reaches_staff_only(
    followers: list[Follower], mentioned: list[Follower], author: int | None, own: frozenset[str]
) -> None:
    audience = recipients.note(followers=followers, mentioned=mentioned, author_agent_id=author, own=own)
    staff = {f.agent_id for f in (*followers, *mentioned) if f.agent_id is not None and f.contact_id is None}
    assert {p.agent_id for p in audience.recipients} <= staff
    assert all(p.staff and p.contact_id is None for p in audience.recipients)
    assert author not in {p.agent_id for p in audience.recipients}


@given(PEOPLE, ADDRESSES, AUTHORS, st.frozensets(ADDRESSES.map(normal), max_size=3), st.booleans(), st.booleans())
def test_a_relay_never_tells_the_wrong_people(
    followers: list[Follower],
    author: str,
    agent: int | None,
    already: frozenset[str],
    internal: bool,
    customers: bool,
) -> None:
    audience = recipients.relay(
        followers=followers,
        author_address=author,
        author_agent_id=agent,
        already=already,
        own=OWN,
        internal=internal,
        customer_relay=customers,
    )
    check(audience, {normal(author)} - {""}, agent)
    assert not {p.address for p in audience.recipients} & (already - {""})
    if internal or not customers:
        assert all(p.staff and p.contact_id is None for p in audience.recipients)


@given(PEOPLE, PEOPLE, AUTHORS)
def test_a_reply_never_tells_anybody_twice(to: list[Follower], followers: list[Follower], author: int | None) -> None:
    audience = recipients.reply(
        to=[addressed(person) for person in to], followers=followers, author_agent_id=author, own=OWN
    )
    theirs = {normal(f.address) for f in (*to, *followers) if author is not None and f.agent_id == author}
    check(audience, theirs - {""}, author)
    assert len(audience.recipients) + len(audience.left_out) == len(to) + len(followers)


def test_a_customers_mail_goes_to_everybody_else() -> None:
    audience = recipients.relay(
        followers=ALL,
        author_address="ANNA@customer.example",
        author_agent_id=None,
        already=frozenset(),
        own=OWN,
        internal=False,
    )
    assert names(audience) == [
        ("Kim", "email", "follower"),
        ("Lee", "inbox", "follower"),
        ("Bob", "email", "follower"),
    ]
    assert audience.left_out == (("Anna", recipients.WROTE_IT),)


def test_who_has_the_mail_gets_no_copy() -> None:
    audience = recipients.relay(
        followers=ALL,
        author_address="anna@customer.example",
        author_agent_id=None,
        already=frozenset({"bob@partner.example", "lee@team.example"}),
        own=OWN,
        internal=False,
    )
    assert names(audience) == [("Kim", "email", "follower")]
    assert ("Bob", recipients.HAS_IT) in audience.left_out
    assert ("Lee", recipients.HAS_IT) in audience.left_out


def test_customers_hear_nothing_where_the_brand_switched_it_off() -> None:
    audience = recipients.relay(
        followers=ALL,
        author_address="anna@customer.example",
        author_agent_id=None,
        already=frozenset(),
        own=OWN,
        internal=False,
        customer_relay=False,
    )
    assert [p.name for p in audience.recipients] == ["Kim", "Lee"]
    assert ("Bob", recipients.NO_CUSTOMER_RELAY) in audience.left_out


def test_an_answer_to_a_note_stays_inside() -> None:
    audience = recipients.relay(
        followers=ALL,
        author_address="kim@team.example",
        author_agent_id=1,
        already=frozenset(),
        own=OWN,
        internal=True,
    )
    assert [p.name for p in audience.recipients] == ["Lee"]
    assert ("Anna", recipients.OUTSIDER) in audience.left_out


def test_addressed_people_come_first_and_followers_by_their_channel() -> None:
    audience = recipients.reply(to=[addressed(anna)], followers=ALL, author_agent_id=1, own=OWN)
    assert names(audience) == [("Anna", "email", "to"), ("Lee", "inbox", "follower"), ("Bob", "email", "follower")]
    assert audience.left_out == (("Kim", recipients.WROTE_IT), ("Anna", recipients.TWICE))


def test_an_agent_behind_an_own_address_is_told_inside() -> None:
    inside = replace(kim, address="kim@desk.test")
    audience = recipients.note(followers=[inside], author_agent_id=None, own=OWN)
    assert [(p.name, p.channel, p.address) for p in audience.recipients] == [("Kim", Channel.INBOX, "")]


def test_an_agent_without_an_address_is_told_inside() -> None:
    audience = recipients.note(followers=[replace(kim, address="")], author_agent_id=None)
    assert [p.channel for p in audience.recipients] == [Channel.INBOX]


@pytest.mark.parametrize(
    ("address", "reason"),
    [("support@desk.test", recipients.OURS), ("", recipients.NO_ADDRESS), ("x y@z", recipients.NO_ADDRESS)],
)
def test_who_cannot_be_written_to_is_named(address: str, reason: str) -> None:
    audience = recipients.reply(
        to=[addressed(replace(anna, address=address))], followers=(), author_agent_id=1, own=OWN
    )
    assert audience.recipients == ()
    assert audience.left_out == (("Anna", reason),)


def test_an_agent_who_is_also_a_customer_gets_one_copy_as_agent() -> None:
    both = replace(anna, address="kim@team.example")
    audience = recipients.relay(
        followers=[both, kim],
        author_address="bob@partner.example",
        author_agent_id=None,
        already=frozenset(),
        own=OWN,
        internal=False,
    )
    assert [(p.name, p.agent_id) for p in audience.recipients] == [("Kim", 1)]


def test_mentioned_customers_are_not_told_of_a_note() -> None:
    audience = recipients.note(followers=[kim], mentioned=[anna, lee], author_agent_id=None)
    assert names(audience) == [("Lee", "inbox", "mentioned"), ("Kim", "email", "follower")]
    assert audience.left_out == (("Anna", recipients.OUTSIDER),)

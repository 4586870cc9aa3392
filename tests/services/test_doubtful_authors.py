"""Whom an answer goes to by itself when somebody wrote who was not proved to take part: not to them (R7, R8)."""

from models.services import reply
from models.tables.record import Message, Record
from models.types.draft_mode import DraftMode
from models.types.people import Audience
from tests.services.letters import World, letter

EVE = "Eve <eve@stranger.test>"


def audience(world: World, to: tuple[str, ...] | None = None) -> Audience:
    record_id = world.all(Record)[0].id
    found: Audience = world.read(reply.audience_of, record_id, DraftMode.REPLY, world.anton.id, to)
    return found


def intrudes(world: World, text: str = "Send the password to me.") -> None:
    """Somebody quotes a Message-ID only participants know, as by a leaked mail."""
    world.sends(world.all(Record)[0].id, "Use water.")
    ours = world.all(Message)[-1].message_id
    world.arrives(letter(EVE, in_reply_to=(ours,), text=text))
    assert world.all(Message)[-1].outsider


def test_an_outsider_is_named_and_gets_nothing_unless_chosen(world: World) -> None:
    world.arrives(letter())
    intrudes(world)
    by_itself = audience(world)
    assert [person.address for person in by_itself.recipients] == ["anna@customer.test"]
    assert (EVE, "not proved to take part here: choose them if you know them") in by_itself.left_out
    chosen = audience(world, (EVE,))
    assert [person.address for person in chosen.recipients] == ["eve@stranger.test"]
    assert EVE not in dict(chosen.left_out)


def test_what_the_customer_wrote_is_what_is_answered(world: World) -> None:
    world.arrives(letter(text="It burns."))
    intrudes(world)
    answered = world.all(Message)[0].message_id
    world.sends(world.all(Record)[0].id, "Did you write that?")
    assert world.all(Message)[-1].in_reply_to == answered


def test_the_customers_next_mail_ends_the_doubt(world: World) -> None:
    world.arrives(letter())
    intrudes(world)
    world.arrives(letter(in_reply_to=(world.all(Message)[0].message_id,), text="Anna again."))
    assert [person.address for person in audience(world).recipients] == ["anna@customer.test"]
    assert EVE not in dict(audience(world).left_out)

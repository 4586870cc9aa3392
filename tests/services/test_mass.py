"""Mail to many is refused where the account could not send it in a day."""

from models.services import account_limits
from models.tables.mail import Delivery
from models.tables.record import Record
from models.types.draft import NotSendable, Sent
from models.types.limits import Limits
from tests.services.letters import World, letter


def people(number: int) -> tuple[str, ...]:
    return tuple(f"p{one}@customer.test" for one in range(number))


def test_mail_to_more_people_than_a_day_takes_is_refused_with_the_reason(world: World) -> None:
    for one in range(4):
        world.arrives(letter(f"c{one}@customer.test"))
    first, second, third, fourth = (one.id for one in world.all(Record))
    world.write(account_limits.put, world.account_id, Limits(messages_per_day=50), world.now)
    refused = world.sends(first, "News!", to=people(51))
    assert isinstance(refused, NotSendable)
    (sentence,) = refused.problems
    assert sentence == (
        "This goes to 51 people, and support@desk.test may send 50 more mails now (50 a day, 0 sent, 0 waiting). "
        "Send it to fewer people, or tomorrow."
    )
    assert not world.all(Delivery), "nothing is queued"
    assert isinstance(world.sends(second, "News!", to=people(30)), Sent)
    refused = world.sends(third, "More news!", to=people(21))
    assert isinstance(refused, NotSendable)
    assert "0 sent, 30 waiting" in refused.problems[0]
    assert isinstance(world.sends(fourth, "To a few.", to=people(20)), Sent), "a few wait for their turn"


def test_an_account_without_limits_sends_to_all(world: World) -> None:
    world.arrives(letter())
    assert isinstance(world.sends(world.all(Record)[0].id, "News!", to=people(200)), Sent)

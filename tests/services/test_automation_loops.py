"""Two desks whose rules answer with templates and write to each other: it ends after two mails."""

import pytest

from models.services import rules, setup, templates
from models.services.setup import remove_alias
from models.store import contacts, records
from models.tables.record import Message, Record
from models.types.actor import Actor
from models.types.automation import Action, Deed, Rule, Trigger
from models.types.message import Direction
from tests.services.letters import World, letter
from tests.services.test_gate_loops import carry, far

__all__ = ["far"]

BOTH = (Trigger.OPENED, Trigger.WRITTEN)


def answer_all(world: World) -> None:
    """Three rules that answer whatever comes, and turn the record round besides."""
    admin = Actor("root", owns_database=True)
    for number in range(3):
        name = f"Answer {number}"
        world.write(templates.add, admin, name=name, text="{customer}: {number}", now=world.now)
        deeds = (Action(Deed.REPLY, name), Action(Deed.STAGE, "open"), Action(Deed.TAG, name))
        world.write(rules.save, admin, Rule(name, BOTH, (), deeds), world.now)


@pytest.mark.parametrize("strip", [False, True], ids=["as sent", "headers lost"])
def test_two_desks_whose_rules_answer_exchange_two_mails(world: World, far: World, strip: bool) -> None:
    far.write(remove_alias, address="help@far.test")
    far.write(setup.add_alias, address="help@far.test", creates="ticket")
    answer_all(world)
    answer_all(far)
    customer = world.write(contacts.ensure, "help@far.test", "Far", world.now)
    world.arrives(letter("Far <help@far.test>", no_autoreply=True))
    (record,) = world.all(Record)
    assert record.contact_id == customer.id
    world.write(records.follow, record.id, agent_id=world.anton.id)
    world.wait(minutes=1)
    far.wait(minutes=1)
    world.sends(record.id, "Which model is it?")
    world.wait(minutes=1)
    assert carry((world, far), strip=strip) == 2
    assert (len(far.all(Record)), len(world.all(Record))) == (1, 1)
    assert len(world.all(Message, Message.direction == Direction.IN)) == 2

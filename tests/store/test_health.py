from datetime import timedelta

from models.store.health import health
from models.store.plain import Reader
from models.types.delivery import DeliveryState
from models.types.health import AccountHealth, AccountState
from tests.store.world import NOW, World

EARLIER = NOW - timedelta(hours=1)


def test_the_worse_half_speaks(reader: Reader, world: World) -> None:
    both = world.account(last_success_at=NOW, send_success_at=EARLIER)
    fetching = world.account(
        name="fetching fails",
        state=AccountState.FAILING,
        failures=3,
        sentence="The server does not answer.",
        last_success_at=EARLIER,
        send_success_at=NOW,
    )
    sending = world.account(
        name="sends only",
        imap_host="",
        state=AccountState.STOPPED,  # of a half that is not there
        send_state=AccountState.FAILING,
        send_failures=1,
        send_sentence="Refused.",
    )
    world.account(name="switched off", active=False)
    ok, failing = AccountState.OK, AccountState.FAILING
    assert health(reader, NOW) == (
        AccountHealth(both, "support", ok, True, True, EARLIER, 0, "", 0),
        AccountHealth(fetching, "fetching fails", failing, True, True, EARLIER, 3, "The server does not answer.", 0),
        AccountHealth(sending, "sends only", failing, False, True, None, 1, "Refused.", 0),
    )


def test_what_waits_is_counted(reader: Reader, world: World) -> None:
    account, record = world.account(), world.record()
    message = world.message(record)
    for number, state in enumerate(DeliveryState):
        world.delivery(message, record, f"{number}@example.org", state=state, account_id=account)
    world.delivery(message, record, "agent:1")
    (found,) = health(reader, NOW)
    assert found.queued == 4  # held, queued, sending, in_data

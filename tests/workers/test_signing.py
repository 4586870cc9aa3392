"""Mail of a domain of ours leaves signed once its key is on; without the key it waits rather than leave unsigned."""

from datetime import UTC, datetime
from pathlib import Path

import dkim as dkimpy
import pytest

from gateway.mime import dkim_keys
from gateway.workers.wires import Ready, make_wires
from models.rules import dkim_record
from models.services import dkim, settle, vault
from models.tables.dkim import DkimKey
from models.types.delivery import DeliveryState
from models.types.dkim import Algorithm, NewKey
from models.types.errors import NotAllowed, NotFound
from models.types.health import AccountState
from models.types.outbox import Refused
from tests.servers.faulty_smtp import FaultySmtp
from tests.services.letters import START
from tests.workers.working import Desk, working

SENT = DeliveryState.SENT


@pytest.fixture
def signing(desk: Desk, tmp_path: Path) -> Desk:
    desk.database.key_file = tmp_path / "worker.key"
    desk.database._info["key_file"] = desk.database.key_file
    desk.database.write(vault.ensure_key)
    return desk


def add_key(desk: Desk, key: NewKey) -> str:
    return desk.database.write(dkim.make, domain="desk.test", selector="", key=key, now=START).selector


def verified(wire: bytes, key: NewKey) -> bool:
    record = dkim_record.text(key.algorithm, key.public).encode()
    return bool(dkimpy.DKIM(wire).verify(0, dnsfunc=lambda name, timeout=5: record))  # type: ignore[no-untyped-call]


async def test_mail_is_signed_from_the_moment_the_key_is_on(signing: Desk) -> None:
    server, key = FaultySmtp(), dkim_keys.make(Algorithm.ED25519)
    selector = add_key(signing, key)
    assert selector == "nd2603e"
    async with server.serving():
        signing.serve(smtp=server)
        signing.answer(1)
        async with working(signing):
            await signing.until(lambda: signing.states() == {SENT: 1})
            assert b"DKIM-Signature" not in server.last
            signing.database.write(dkim.switch, domain="desk.test", selector=selector, on=True, now=START)
            signing.answer(1)
            await signing.until(lambda: signing.states() == {SENT: 2})
    assert server.last.startswith(b"DKIM-Signature: ")
    assert verified(server.last, key)
    assert b"d=desk.test" in server.last
    assert signing.rows(DkimKey)[0].private.startswith("sealed:")


async def test_mail_waits_for_a_key_that_is_not_here(signing: Desk, tmp_path: Path) -> None:
    server, key = FaultySmtp(), dkim_keys.make(Algorithm.ED25519)
    signing.database.write(dkim.switch, domain="desk.test", selector=add_key(signing, key), on=True, now=START)
    (tmp_path / "worker.key").rename(tmp_path / "away")
    async with server.serving():
        signing.serve(smtp=server)
        signing.answer(1)
        async with working(signing):
            await signing.until(lambda: signing.account().send_state is AccountState.STOPPED)
            assert "that signs mail of desk.test cannot be opened here" in signing.account().send_sentence
            assert set(signing.states()) <= {DeliveryState.HELD, DeliveryState.QUEUED}
            (tmp_path / "away").rename(tmp_path / "worker.key")
            await signing.until(lambda: signing.states() == {SENT: 1})
    assert verified(server.last, key)


def test_nothing_is_made_unsigned_when_the_key_goes_away_meanwhile(signing: Desk, tmp_path: Path) -> None:
    key = dkim_keys.make(Algorithm.ED25519)
    signing.database.write(dkim.switch, domain="desk.test", selector=add_key(signing, key), on=True, now=START)
    signing.answer(1)
    claims = signing.database.write(
        settle.claim, account_ids=[signing.account().id], holder="h", now=datetime.now(UTC), lease_seconds=60, limit=8
    )
    (tmp_path / "worker.key").unlink()
    (one,) = make_wires(signing.database, claims)
    assert not isinstance(one, Ready)
    outcome = one[1]
    assert isinstance(outcome, Refused)
    assert outcome.account_wide
    assert "cannot be opened here" in outcome.sentence


def test_keys_are_of_domains_of_ours_and_have_names(signing: Desk) -> None:
    key = dkim_keys.make(Algorithm.ED25519)
    write = signing.database.write
    for domain, selector, fault in (
        ("other.test", "", NotFound),
        ("desk.test", "a.b", NotAllowed),
        ("desk.test", "x" * 64, NotAllowed),
        ("desk.test", "ünicode", NotAllowed),
    ):
        with pytest.raises(fault):
            write(dkim.make, domain=domain, selector=selector, key=key, now=START)
    assert [add_key(signing, key), add_key(signing, key)] == ["nd2603e", "nd2603e2"]
    with pytest.raises(NotAllowed, match="already"):
        write(dkim.make, domain="desk.test", selector="ND2603e", key=key, now=START)
    with pytest.raises(NotFound, match="no key called x"):
        write(dkim.switch, domain="desk.test", selector="x", on=True, now=START)


def test_a_key_seen_in_dns_is_switched_on_once(signing: Desk) -> None:
    selector = add_key(signing, dkim_keys.make(Algorithm.ED25519))
    write, read = signing.database.write, signing.database.read
    assert write(dkim.seen, domain="desk.test", selector=selector, now=START)
    assert read(dkim.keys, "desk.test")[0].active
    write(dkim.switch, domain="desk.test", selector=selector, on=False, now=START)
    assert not write(dkim.seen, domain="desk.test", selector=selector, now=START)
    assert not read(dkim.keys, "desk.test")[0].active, "what was switched off by hand stays off"
    write(dkim.remove, domain="desk.test", selector=selector, now=START)
    assert read(dkim.keys, "desk.test") == ()


def test_keys_are_sealed_anew_with_the_rest(signing: Desk) -> None:
    key = dkim_keys.make(Algorithm.ED25519)
    selector = add_key(signing, key)
    signing.database.write(dkim.switch, domain="desk.test", selector=selector, on=True, now=START)
    assert vault.rotate(signing.database).resealed == 1
    (found,) = signing.database.read(dkim.signers).keys["desk.test"]
    assert found.private == key.private

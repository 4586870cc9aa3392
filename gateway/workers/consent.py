"""Plans of accounts with their access tokens renewed in time, by one process at a time."""

import asyncio
import logging
import secrets
from datetime import UTC, datetime

from gateway.transports import oauth
from gateway.transports.faults import TransportFault
from gateway.workers.database_threads import DatabaseThreads, unbroken
from models.rules.bound import bound
from models.services import accounts, consent
from models.store import leases
from models.types.account import AccountPlan, NewAccount
from models.types.errors import SettingsError

LEASE_SECONDS = 60.0
LOOK_SECONDS = 0.2  # while another process renews

log = logging.getLogger(__name__)


async def plan(threads: DatabaseThreads, account_id: int, *, refused: bool = False) -> AccountPlan:
    """Make an account's plan; its access token lasts some minutes. ``refused``: its server took the last one not.

    ``SettingsError``: the provider renews the consent no more, or the tokens cannot be opened here.
    ``TransportFault``: the provider is out of reach and the token has ended.
    """
    signed_in = await threads.read(accounts.consent_of, account_id)
    if signed_in is not None:
        await _renew(threads, *signed_in, at_once=refused)
    return await threads.read(accounts.plan, account_id)


async def renew(threads: DatabaseThreads, said: NewAccount) -> None:
    """Do the same for an account that is not kept yet, or is about to be changed."""
    await _renew(threads, said.secret, bound(said), at_once=False)


async def _renew(threads: DatabaseThreads, reference: str, servers: tuple[str, ...], *, at_once: bool) -> None:
    before = await threads.read(consent.view, reference)
    if not await threads.read(consent.due, reference, datetime.now(UTC)) and not at_once:
        return
    name, holder = f"consent:{before.id}", secrets.token_hex(8)
    end = asyncio.get_running_loop().time() + LEASE_SECONDS
    while True:
        fence = await threads.write(
            leases.acquire, name=name, holder=holder, now=datetime.now(UTC), seconds=LEASE_SECONDS
        )
        if fence is not None or asyncio.get_running_loop().time() > end:
            break
        await asyncio.sleep(LOOK_SECONDS)
    try:
        now_there = await threads.read(consent.view, reference)
        if now_there.access_until == before.access_until and not now_there.refusal:
            await unbroken(_ask(threads, reference, servers))  # a token that came and was not kept is lost
    finally:
        if fence is not None:
            await threads.write(leases.release, name=name, holder=holder, fence=fence, now=datetime.now(UTC))
    await threads.read(consent.due, reference, datetime.now(UTC))  # raises when it was refused meanwhile


async def _ask(threads: DatabaseThreads, reference: str, servers: tuple[str, ...]) -> None:
    view = await threads.read(consent.view, reference)
    provider = await threads.read(consent.provider, view.provider)
    tokens = await threads.read(consent.tokens, reference, servers)
    try:
        fresh = await oauth.refreshed(provider, tokens.refresh)
    except oauth.Refused as refusal:
        if refusal.error != "invalid_grant":
            raise SettingsError(f"{provider.title}: {refusal.sentence}", "See: nightdesk oauth list") from refusal
        sentence = f"{provider.title} renews the sign-in of {view.user} no more: {refusal.sentence}"
        await threads.insist(consent.refused, reference, sentence, datetime.now(UTC))
        return
    except TransportFault as fault:
        if tokens.access_until <= datetime.now(UTC):
            raise
        log.warning("The access token of %s could not be renewed yet: %s", view.user, fault.sentence)
        return
    await threads.insist(consent.renewed, reference, fresh, servers)

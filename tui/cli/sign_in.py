"""Sign an account in at its provider from a terminal, also over SSH: the browser may be on any machine."""

import asyncio
import sys
from typing import TYPE_CHECKING

from gateway.transports.faults import TransportFault
from gateway.workers.sign_in import SignIn
from models.rules.bound import bound
from models.types.account import NewAccount
from models.types.errors import NightdeskError, SettingsError
from tui.cli import secret
from tui.render import wash

if TYPE_CHECKING:
    from models.store.database import Database
    from tui.settings import Settings


class NoConsent(NightdeskError):
    """The provider gave no consent."""

    exit_code = 69  # EX_UNAVAILABLE, sysexits.h


def signed_in(
    said: NewAccount, provider: str, settings: "Settings", database: "Database", *, by_link: bool = False
) -> str:
    """Sign in and keep the consent; the reference the account's secret becomes."""
    if not provider:
        raise SettingsError("It is not known where this account signs in.", "Name it: --oauth google, or microsoft.")
    secret.ready_to_seal(database, settings)
    user = said.user or said.email.strip()
    signing = SignIn(database, provider, user, bound(said), by_link=by_link)
    try:
        asyncio.run(_walk(signing))
    except TransportFault as fault:
        raise NoConsent(f"{fault.sentence} {fault.server_text}".strip(), fault.remedy or "Try again.") from fault
    return signing.reference


async def _walk(signing: SignIn) -> None:
    loop = asyncio.get_running_loop()
    typed = bytearray()

    def read() -> None:
        """Collect what is typed; a whole line is handed over."""
        import os

        chunk = os.read(sys.stdin.fileno(), 4096)
        if not chunk:
            loop.remove_reader(sys.stdin.fileno())
        typed.extend(chunk)
        while b"\n" in typed:
            line, _, rest = bytes(typed).partition(b"\n")
            typed[:] = rest
            if line.strip():
                signing.paste(line.decode("utf-8", "replace"))

    listening = False
    try:
        async for sentence in signing.steps():
            print(wash.line(sentence, 4000), file=sys.stderr, flush=True)
            if not listening and sys.stdin.isatty():
                loop.add_reader(sys.stdin.fileno(), read)
                listening = True
    finally:
        if listening:
            loop.remove_reader(sys.stdin.fileno())

"""Get a person's consent at a provider: say where to go and what to type, wait, and keep the tokens."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from datetime import UTC, datetime

from gateway.transports import oauth
from gateway.workers.database_threads import DatabaseThreads
from models.services import consent
from models.store.database import Database
from models.types.oauth import Provider, Tokens

LINK_SECONDS = 15 * 60.0


class SignIn:
    """One sign-in: walk through ``steps``, showing each, then read ``reference``: what the account's secret becomes.

    ``servers``: ``rules.bound`` of the account; the tokens are given to no others. ``paste``: call it with what the
    person brought from the browser, when that could not come back by itself, as over SSH.
    """

    def __init__(
        self, database: Database, provider: str, user: str, servers: Collection[str], *, by_link: bool = False
    ) -> None:
        self._database = database
        self._name = provider
        self._user = user
        self._servers = servers
        self._by_link = by_link
        self._pasted: asyncio.Queue[str] = asyncio.Queue()
        self.reference = ""
        self.wants_paste = False

    def paste(self, text: str) -> None:
        """Hand over a code, or the address the browser ended at."""
        self._pasted.put_nowait(text)

    async def steps(self) -> AsyncGenerator[str, None]:
        """Say what to do, then how it ended. Foreign words are in it, unwashed.

        Raises ``SettingsError`` when the desk has no client there, ``TransportFault`` when it was refused or failed.
        """
        threads = DatabaseThreads(self._database)
        try:
            provider = await threads.read(consent.provider, self._name)
            if provider.device_url and not self._by_link:
                code = await oauth.device_code(provider, datetime.now(UTC))
                yield f"Open {code.verification_url} in any browser, on any machine, and type: {code.user_code}"
                yield f"Sign in there as {self._user}. Waiting until {code.until:%H:%M} UTC."
                tokens = await oauth.device_tokens(provider, code)
            else:
                async with oauth.Doorstep(provider.loopback) as doorstep:
                    link = oauth.link(provider, doorstep.redirect_uri, login_hint=self._user)
                    yield f"Open this in any browser and sign in as {self._user}: {link.url}"
                    yield "If the browser then shows an error (it runs elsewhere), paste the address it ended at here."
                    self.wants_paste = True
                    tokens = await self._by_answer(provider, link, doorstep)
            self.reference = await threads.write(
                consent.keep, self._name, self._user, tokens, self._servers, datetime.now(UTC)
            )
            yield f"{provider.title} lets {self._user} in."
        finally:
            threads.close()

    async def _by_answer(self, provider: Provider, link: oauth.Link, doorstep: oauth.Doorstep) -> Tokens:
        """Wait for the browser or for a paste, whichever comes first."""
        pasted = asyncio.ensure_future(self._pasted.get())
        try:
            done, _ = await asyncio.wait(
                {pasted, doorstep.answer}, timeout=LINK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                raise oauth.Refused("expired_token")
            answer = done.pop().result()
        finally:
            pasted.cancel()
        return await oauth.code_tokens(provider, link, oauth.code_in(answer, link))

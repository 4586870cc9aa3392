"""The little of the desk that screens and panels may touch; ``tui.main`` hands them an object that fits.

Everything is awaited, nothing blocks the loop; every answer is a frozen value. Errors are ``NightdeskError``s,
whose sentence and remedy the status line shows.
"""

from __future__ import annotations  # the types are for readers and checkers; the first frame does not load them

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from models.types.change import Change
    from models.types.draft import DraftView, SendResult, Undone
    from models.types.draft_mode import DraftMode
    from models.types.health import AccountHealth
    from models.types.message import MessageView, Thread
    from models.types.people import AgentView
    from models.types.record import Counts, ListRow, Place, View
    from models.types.sender import SenderOptions
    from tui.bridge_rules import Rules
    from tui.bridge_setup import Setup


class Desk(Protocol):
    """Reads and use cases for one agent at one terminal."""

    @property
    def agent(self) -> AgentView:
        """Who is logged in."""

    @property
    def tips(self) -> tuple[str, ...]:
        """Lines a newcomer sees above the status line (the demo's); () for a real desk."""

    @property
    def setup(self) -> Setup:
        """What admins set up: accounts, addresses, brands, domains, groups."""

    @property
    def rules(self) -> Rules:
        """Automation rules."""

    # -- reading: plain selects, ready before the ORM is imported
    async def window(
        self, view: View, *, search: str = "", after: Place | None = None, before: Place | None = None, limit: int = 200
    ) -> tuple[ListRow, ...]:
        """A page of the list, newest need first: the rows after (below) or before (above) a place, nearest first page.

        Both None: from the top. ``before`` gives the ``limit`` rows just above it, still in list order.
        """

    async def bottom(self, view: View, *, search: str = "", limit: int = 200) -> tuple[ListRow, ...]:
        """The last page, in list order."""

    async def rows(self, view: View, ids: tuple[int, ...]) -> tuple[ListRow, ...]:
        """These rows again, whether or not the view still selects them; unknown ids are left out."""

    async def counts(self, view: View, *, search: str = "") -> tuple[Counts, int]:
        """How many each view has, and how many the shown one has with the search applied."""

    async def thread(self, view: View, row_id: int, *, limit: int = 50) -> Thread | None:
        """The newest ``limit`` messages of a record, or the one mail of a quarantine row. None: gone."""

    async def health(self) -> tuple[AccountHealth, ...]:
        """The mail accounts; () when none is set up."""

    def changes(self) -> AsyncIterator[Change]:
        """Announce what to look at again, coalesced; never ends. Other processes' commits arrive within a second."""

    # -- writing: one transaction each
    async def open_draft(self, record_id: int, mode: DraftMode) -> DraftView:
        """Continue my draft there, or begin one."""

    async def save_draft(self, draft_id: int, *, subject: str, text: str, to: tuple[str, ...] | None) -> DraftView:
        """Keep it as typed; the answer carries the recomputed audience and sender."""

    async def senders(self, draft_id: int) -> SenderOptions:
        """The addresses it could go out as, each with why it is or is not available."""

    async def choose_sender(self, draft_id: int, address: str) -> DraftView:
        """Let it go out as this address; "" = as the rules say. ``NotAllowed`` says why not and who can help."""

    async def attach_file(self, draft_id: int, path: str) -> DraftView:
        """Attach a file of this machine to a reply. ``NotAllowed`` and ``NotFound`` say why not."""

    async def detach_file(self, draft_id: int, file_id: int) -> DraftView:
        """Take one of ``DraftView.files`` off."""

    async def discard_draft(self, draft_id: int) -> Undone:
        """Throw it away; ``z`` brings it back."""

    async def keep_form(self, form: str, typed: Mapping[str, str]) -> None:
        """Keep what is typed into a form until I open it again, and nothing of any other form."""

    async def take_form(self, form: str) -> dict[str, str]:
        """What was kept of this form, by field, once; {} = nothing."""

    async def send(self, draft_id: int, *, base: int) -> SendResult:
        """Send a reply or log a note. ``base``: the newest message id the writer has seen."""

    async def take(self, record_id: int) -> str:
        """Assign it to me; the sentence to show."""

    async def done(self, record_id: int) -> str:
        """Nobody needs to act any more; the sentence to show."""

    async def reopen(self, record_id: int) -> str:
        """It needs us again."""

    async def follow(self, record_id: int, on: bool) -> str:
        """Follow or unfollow it myself."""

    async def undo(self) -> Undone:
        """Take back the newest thing I did that can be; ``NotAllowed`` says when there is nothing."""

    async def place_mail(self, raw_id: int, number: int) -> str:
        """Put a quarantined mail on the record with this number."""

    async def open_record_from_mail(self, raw_id: int, kind: str, *, from_now_on: str = "") -> str:
        """Open a record of this kind from a quarantined mail.

        ``from_now_on``: likewise for all mail of its sender's "address" or "domain"; "" = this mail only.
        """

    async def mark_spam(self, raw_id: int, *, from_now_on: str = "") -> str:
        """Take a quarantined mail out as spam; ``from_now_on`` as above."""

    async def make_contact(self, raw_id: int) -> str:
        """Make the sender of a quarantined mail a customer."""

    async def resend(self, delivery_id: int, address: str = "") -> str:
        """Try an unsure, failed or bounced copy again: same Message-ID, same bytes.

        ``address``: a new copy of the same message goes there instead; "" = where it went.
        """

    async def presence(self, record_id: int | None, composing: bool) -> None:
        """Say which record is open here (heartbeat); None: none."""

    async def raw(self, message: MessageView) -> str:
        """The mail as it came, decoded leniently for showing."""

    async def save_file(self, message: MessageView, index: int) -> str:
        """Save one of the message's files where this agent's downloads go; the path it has now. Overwrites nothing."""

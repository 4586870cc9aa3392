"""A mail account as admins see it."""

from dataclasses import dataclass
from datetime import datetime

from models.types.account import NewAccount
from models.types.health import AccountState
from models.types.identity import Edit
from models.types.sender import Proof


@dataclass(frozen=True, slots=True)
class GrantView:
    """A consent at a provider. ``grant_until`` None: it lasts until somebody takes it back."""

    id: str
    provider: str
    user: str
    granted_at: datetime
    access_until: datetime
    grant_until: datetime | None
    refusal: str  # why it is renewed no more; "" while it is


@dataclass(frozen=True, slots=True)
class AccountView:
    """Everything but the secret itself; ``said.secret`` is where it is. ``said.name`` is never empty."""

    id: int
    said: NewAccount
    active: bool
    proof: Proof
    tested_at: datetime | None
    steps: tuple[tuple[str, ...], ...]  # of the newest test: key, name, state, sentence, remedy, server's words
    plus_addressing: bool | None
    other_from: bool | None
    authserv_id: str
    state: AccountState  # of its fetching half
    sentence: str
    send_state: AccountState
    send_sentence: str
    queued: int
    edit: Edit
    grant: GrantView | None = None

    @property
    def name(self) -> str:
        """What it is called here."""
        return self.said.name

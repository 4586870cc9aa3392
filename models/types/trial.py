"""The trial of a mail account: what was tried, what came of it, and what the whole says (B5)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types.sender import Proof


class StepState(StrEnum):
    """How far one step of a trial is."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"  # not tried; the sentence says why


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One step. It is told twice: RUNNING, then as it ended; ``key`` stays the same.

    ``server_text`` is foreign and unwashed, at most 500 characters; the other words are ours.
    """

    key: str  # "smtp.login", "message.back" ...
    name: str  # what is tried, for people
    state: StepState
    sentence: str = ""  # what came of it
    remedy: str = ""  # what to do about a failure
    server_text: str = ""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a whole trial says of exactly the settings ``fingerprint`` stands for (``rules.account_proof``).

    None: not known, because it was not asked or not answered.
    """

    fingerprint: str
    at: datetime
    steps: tuple[TrialStep, ...]
    plus_addressing: bool | None = None  # mail to name+word@domain comes to name@domain
    other_from: bool | None = None  # its server takes mail from another address of ours
    authserv_id: str = ""  # how its receiving server signs Authentication-Results (RFC 8601)

    @property
    def passed(self) -> bool:
        """Whether it proves the account: something was tried and nothing failed."""
        tried = [step.state for step in self.steps]
        return StepState.OK in tried and not {StepState.FAILED, StepState.RUNNING} & set(tried)

    @property
    def proof(self) -> Proof:
        """The word that is stored."""
        return Proof.OK if self.passed else Proof.FAILED

    @property
    def failure(self) -> TrialStep | None:
        """The first step that failed."""
        return next((step for step in self.steps if step.state is StepState.FAILED), None)

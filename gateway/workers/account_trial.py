"""Try an account's servers for whoever sets it up, and remember refused logins so that none is repeated too soon."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session

from gateway.trial.run import Patience, Trial
from gateway.workers import consent
from gateway.workers.database_threads import DatabaseThreads, unbroken
from models.presets.find import by_name
from models.rules import account_proof, new_account, tokens
from models.rules.address import domain, normal
from models.services import account_edit, accounts, login_guard
from models.store import accounts as stored_accounts
from models.store import raw_news, settings
from models.store.database import Database
from models.types.account import AccountPlan, Auth, Endpoint, NewAccount
from models.types.errors import NotAllowed
from models.types.secret import Secret
from models.types.trial import StepState, TrialResult, TrialStep

Stored = Callable[[], Awaitable[Sequence[bytes]]]


class AccountTrial:
    """One trial of an account as it is said, kept or not: walk through ``steps``, then read ``result``.

    ``password``: as it was typed. ``other_from``: another address of ours its server is asked about.
    """

    def __init__(
        self,
        database: Database,
        said: NewAccount,
        *,
        hostname: str,
        password: Secret | None = None,
        other_from: str = "",
        patience: Patience | None = None,
    ) -> None:
        self._database = database
        self._said = account_edit.tidy(said)
        self._hostname = hostname
        self._password = password
        self._other_from = other_from
        self._patience = patience
        self._trial: Trial | None = None

    @property
    def said(self) -> NewAccount:
        """The settings as they are tried, and must be kept."""
        return self._said

    @property
    def result(self) -> TrialResult:
        """What it says, as far as it went."""
        if self._trial is None:
            word = account_proof.secret_word(self._said.secret, self._password)
            return TrialResult(account_proof.fingerprint(self._said, word), datetime.now(UTC), ())
        return self._trial.result

    async def steps(self) -> AsyncGenerator[TrialStep, None]:
        """Tell each step as it begins and as it ends.

        Raises, before anything is tried, ``NotAllowed`` for settings that cannot be, ``login_guard.TooSoon`` for a
        login that was refused a moment ago, ``SettingsError`` for a password that cannot be read.
        """
        if wrong := new_account.problems(self._said):
            raise NotAllowed(wrong[0], " ".join(wrong[1:]))
        threads = DatabaseThreads(self._database)
        try:
            plan = await self._plan(threads)
            logins = [one for one in (plan.smtp, plan.imap, plan.pop3) if one is not None and one.user]
            await threads.read(login_guard.check, logins, datetime.now(UTC))
            account_id, newest = await threads.read(self._newest)

            async def stored() -> Sequence[bytes]:
                return await threads.read(raw_news.since, account_id, newest) if account_id is not None else ()

            self._trial = trial = await threads.read(self._made, plan, stored)
            try:
                async with aclosing(trial.steps()) as steps:
                    async for step in steps:
                        yield step
            finally:
                accepted = _accepted(plan, trial)
                await unbroken(threads.write(login_guard.note, trial.refused, accepted, datetime.now(UTC)))
        finally:
            threads.close()

    async def _plan(self, threads: DatabaseThreads) -> AccountPlan:
        if self._said.auth is Auth.OAUTH:
            await consent.renew(threads, self._said)
        plan = await threads.read(accounts.plan_of, self._said, self._password)
        return replace(plan, email=normal(plan.email))  # as it is kept: an international domain in its ASCII form

    def _newest(self, session: Session) -> tuple[int | None, int]:
        """Find the account these settings are kept under, and the newest mail there is."""
        name = self._said.name or normal(self._said.email)
        return stored_accounts.by_name(session, name), raw_news.newest(session)

    def _made(self, session: Session, plan: AccountPlan, stored: Stored) -> Trial:
        word = account_proof.secret_word(self._said.secret, self._password)
        preset = by_name(self._said.preset) if self._said.preset else None
        return Trial(
            plan,
            hostname=self._hostname,
            fingerprint=account_proof.fingerprint(self._said, word),
            loop_tag=tokens.loop_tag(settings.signing_key(session)),
            other_from=self._other_from or _other_address(session, plan.email),
            hints=preset.steps if preset else (),
            patience=self._patience,
            stored=stored,
        )


def _other_address(session: Session, email: str) -> str:
    """Choose an address of ours a reply might go out as: the notification address, where it is another one."""
    found = settings.get(session, settings.NOTIFICATION_ADDRESS)
    return found if found != email and domain(found) == domain(email) else ""


def _accepted(plan: AccountPlan, trial: Trial) -> list[Endpoint]:
    went_well = {step.key for step in trial.result.steps if step.state is StepState.OK}
    halves = (("smtp.login", plan.smtp), ("fetch.login", plan.imap), ("fetch.login", plan.pop3))
    return [one for key, one in halves if one is not None and key in went_well]

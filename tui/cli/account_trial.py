"""Log in to the servers of an account, to say at once what would not work."""

from gateway.transports.faults import TransportFault
from gateway.transports.imap import ImapSession
from gateway.transports.pop3 import PopSession
from gateway.transports.smtp import SmtpSession
from models.rules import smtp_reply
from models.types.account import AccountPlan, Endpoint
from models.types.outbox import Deferred, Refused


async def troubles(plan: AccountPlan, *, hostname: str) -> list[str]:
    """Try every half the plan has; one sentence for each that fails, with the server's words."""
    found: list[str] = []
    if plan.smtp is not None:
        found.append(await _smtp(plan.smtp, plan.email, hostname))
    if plan.imap is not None:
        found.append(await _fetching("IMAP", ImapSession(), plan.imap))
    if plan.pop3 is not None:
        found.append(await _fetching("POP3", PopSession(), plan.pop3))
    return [sentence for sentence in found if sentence]


async def _smtp(endpoint: Endpoint, email: str, hostname: str) -> str:
    session = SmtpSession()
    try:
        outcome = await session.open(endpoint, hostname=hostname)
    finally:
        await session.close()
    if not isinstance(outcome, Deferred | Refused):
        return ""
    sentence = smtp_reply.sentence(outcome.reason, address=email, server=endpoint.host)
    return f"SMTP: {sentence} ({outcome.text})"


async def _fetching(name: str, session: ImapSession | PopSession, endpoint: Endpoint) -> str:
    try:
        await session.open(endpoint)
    except TransportFault as fault:
        return f"{name}: {fault.sentence}" + (f" ({fault.server_text})" if fault.server_text else "")
    finally:
        await session.close()
    return ""

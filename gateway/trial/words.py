"""What to do about a step that failed, in words for whoever sets the account up (R21)."""

from collections.abc import Sequence

from gateway.transports.faults import FaultKind, TransportFault
from models.rules import smtp_reply
from models.types.account import Auth, Endpoint
from models.types.outbox import Deferred, Outcome, Phase, Reason, Refused

_FIREWALL = "Check the host's name and the port; a firewall may stand between (port 25 often is closed: 465 or 587)."
_PASSWORD = "Check user name and password; with two-factor sign-in many providers want an app password."  # noqa: S105
_TOKEN = "Sign in at the provider again: nightdesk account sign-in NAME"  # noqa: S105 - a sentence
_REMEDIES = {
    FaultKind.REFUSED: _FIREWALL,
    FaultKind.TIMEOUT: _FIREWALL,
    FaultKind.LOST: "Try again; if it stays so, check the port and how it is protected (tls or starttls).",
    FaultKind.TLS: "Check the port and how it is protected: 465, 993, 995 are tls; 587, 143, 110 are starttls.",
    FaultKind.PROTOCOL: "Check that this port speaks the protocol it was given for.",
}
_REASONS = {
    Reason.SENDER: "Let the provider know this address as yours, or use the account's own.",
    Reason.SPAM: "Ask the provider why; nightdesk doctor checks the domain's records.",
    Reason.POLICY: "Ask the provider what it demands; nightdesk doctor checks the domain's records.",
    Reason.RATE: "Wait as long as the provider says, then try again.",
    Reason.GREYLIST: "Wait some minutes, then try again.",
    Reason.SYSTEM: "Wait some minutes, then try again.",
    Reason.USER: "Check the account's own address: its server does not know it.",
    Reason.FULL: "Make room in the mailbox, then try again.",
    Reason.TLS: _REMEDIES[FaultKind.TLS],
    Reason.CONNECT: _FIREWALL,
}
_OTHER_WAY = {
    "wrong version number": "The port answers without encryption: use starttls, or the port for tls.",
    "record layer failure": "The port answers without encryption: use starttls, or the port for tls.",
    "no protocols available": "The server only speaks TLS older than 1.2; ask whoever runs it.",
    "unsupported protocol": "The server only speaks TLS older than 1.2; ask whoever runs it.",
    "tlsv1 alert protocol version": "The server only speaks TLS older than 1.2; ask whoever runs it.",
}


class Trouble(Exception):
    """A step failed. ``kind`` None: the server said no in the middle of a mail."""

    def __init__(self, sentence: str, remedy: str, server_text: str = "", kind: FaultKind | None = None) -> None:
        super().__init__(sentence)
        self.sentence, self.remedy, self.server_text, self.kind = sentence, remedy, server_text, kind


def of_fault(fault: TransportFault, endpoint: Endpoint, steps: Sequence[str] = ()) -> Trouble:
    """Say a transport's fault. ``steps``: what the provider's preset asks a person to do first."""
    remedy = fault.remedy or next((way for sign, way in _OTHER_WAY.items() if sign in fault.sentence), "")
    if not remedy:
        remedy = _login(endpoint, steps) if fault.kind is FaultKind.AUTH else _REMEDIES[fault.kind]
    return Trouble(fault.sentence, remedy, fault.server_text, fault.kind)


def of_outcome(outcome: Outcome, endpoint: Endpoint, email: str, steps: Sequence[str] = ()) -> Trouble:
    """Say an SMTP refusal: the server's words below ours."""
    if not isinstance(outcome, Deferred | Refused):
        return Trouble("Whether the server took the mail is not known.", "Try again.", outcome.text)
    if outcome.code is None:
        return of_fault(TransportFault(_kind(outcome), outcome.text), endpoint, steps)
    sentence = smtp_reply.sentence(outcome.reason, address=email, server=endpoint.host)
    auth = outcome.reason is Reason.AUTH
    remedy = _login(endpoint, steps) if auth else _REASONS.get(outcome.reason, "Ask the provider what this means.")
    return Trouble(sentence, remedy, f"{outcome.code} {outcome.text}"[:500], _kind(outcome) if auth else None)


def _kind(outcome: Deferred | Refused) -> FaultKind:
    if outcome.reason is Reason.AUTH:
        return FaultKind.AUTH
    if outcome.reason is Reason.TLS:
        return FaultKind.TLS
    return FaultKind.REFUSED if outcome.phase is Phase.CONNECT else FaultKind.LOST


def _login(endpoint: Endpoint, steps: Sequence[str]) -> str:
    if endpoint.auth is Auth.OAUTH:
        return _TOKEN
    return " ".join(steps) or _PASSWORD

"""How fast the workers' own clocks run. The defaults are for real desks; tests run faster."""

from dataclasses import dataclass, field

from gateway.transports.smtp_dialogue import Deadlines


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. Whatever is renewed is renewed several times before it runs out."""

    lease: float = 30  # a dead process's work is taken over after this
    lease_renew: float = 10
    tend: float = 5  # between looks for leases that became free
    claim: float = 60  # a dead process's claims are picked up after this
    claim_renew: float = 15
    recover: float = 10  # between looks for such claims
    linger: float = 3  # an idle SMTP connection is kept this long
    grace: float = 10  # for the dialogue that runs when we are told to stop
    crash: float = 5  # before a crashed job starts again
    deadlines: Deadlines = field(default_factory=Deadlines)

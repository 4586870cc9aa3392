"""How many connections and mails a listener takes at once and from one peer; what is too much is put off, not lost."""

import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

PEERS_REMEMBERED = 10_000
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a listener bears. 0 mails a minute: no limit."""

    connections: int = 50
    connections_per_peer: int = 10
    mails_per_minute: int = 120  # of one peer
    recipients: int = 100  # of one mail (RFC 5321 4.5.3.1.8: at least 100)
    idle_seconds: float = 300.0  # for one command with what belongs to it (RFC 5321 4.5.3.2.7)
    session_seconds: float = 3_600.0


class Doorkeeper:
    """Counts peers in and out. A peer is an IPv4 address or an IPv6 /64; this machine itself is never limited."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._inside: Counter[str] = Counter()
        self._mails: dict[str, tuple[float, float]] = {}  # peer -> (when, mails left then)

    def enter(self, host: str) -> bool:
        """Let a connection in, to be counted out by ``leave``; False when there are too many."""
        peer = _peer(host)
        full = self._inside.total() >= self.limits.connections
        crowded = peer != "" and self._inside[peer] >= self.limits.connections_per_peer
        if full or crowded:
            return False
        self._inside[peer] += 1
        return True

    def leave(self, host: str) -> None:
        """Count a connection out."""
        peer = _peer(host)
        self._inside[peer] -= 1
        if not self._inside[peer]:
            del self._inside[peer]

    def may_send(self, host: str) -> bool:
        """Take one mail off what the peer may send now; False when nothing is left."""
        peer, rate = _peer(host), self.limits.mails_per_minute
        if peer == "" or rate == 0:
            return True
        now = self._clock()
        when, left = self._mails.pop(peer, (now, float(rate)))
        left = min(float(rate), left + (now - when) * rate / MINUTE)
        self._mails[peer] = (now, left - 1 if left >= 1 else left)
        while len(self._mails) > PEERS_REMEMBERED:
            del self._mails[next(iter(self._mails))]  # the one heard of longest ago
        return left >= 1


def _peer(host: str) -> str:
    """Name who is counted together; "" for this machine."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return "" if address.is_loopback else str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return "" if address.is_loopback else str(address)

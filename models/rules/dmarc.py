"""Read a DMARC policy and see which of SPF and DKIM speak for a From address (RFC 7489)."""

from dataclasses import dataclass

from models.types.dns import Answer

POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A policy. ``problem``: why receivers ignore it; "" when they do not."""

    policy: str = ""
    subdomains: str = ""  # policy of domains below; "" = the same
    strict_dkim: bool = False
    strict_spf: bool = False
    problem: str = ""


def policies(answer: Answer) -> tuple[str, ...]:
    """Pick the DMARC records among TXT records (6.6.3)."""
    return tuple(one for one in answer.values if one.partition(";")[0].replace(" ", "") == "v=DMARC1")


def read(record: str) -> DmarcRecord:
    """Read one record."""
    tags: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    policy = tags.get("p", "").lower()
    if policy not in POLICIES:
        return DmarcRecord(problem=f"its policy p={tags.get('p', '')} is none of {', '.join(POLICIES)}")
    strict = {name: tags.get(name, "r").lower() == "s" for name in ("adkim", "aspf")}
    return DmarcRecord(policy, tags.get("sp", "").lower(), strict["adkim"], strict["aspf"])


def aligned(sender: str, other: str, *, strict: bool) -> bool:
    """Tell whether a domain speaks for From's. Relaxed: one stands below the other.

    Receivers compare registered domains; without their list two domains below a third count as strangers here, which
    says "not aligned" once too often, never once too seldom.
    """
    if sender == other:
        return True
    return not strict and (sender.endswith(f".{other}") or other.endswith(f".{sender}"))


def parents(domain: str) -> tuple[str, ...]:
    """Name the domains whose policy counts where this one has none, the nearest first; never a top-level domain."""
    labels = domain.split(".")
    return tuple(".".join(labels[at:]) for at in range(1, len(labels) - 1))

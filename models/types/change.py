"""What the change feed announces: where to look again, never the data itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Look again at these records; ``all``: at everything (a reconnect may have missed some)."""

    record_ids: frozenset[int] = frozenset()
    quarantine: bool = False
    accounts: bool = False
    all: bool = False

    def __or__(self, other: "Change") -> "Change":
        return Change(
            self.record_ids | other.record_ids,
            self.quarantine or other.quarantine,
            self.accounts or other.accounts,
            self.all or other.all,
        )

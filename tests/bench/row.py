"""One line of a benchmark's outcome: what we take, what the peer takes in the same run, and the most it may be."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """``ratio`` is ours/peer, ``target`` the most it may be; None where there is none. A limit is a peer, target 1.

    ``ok`` None: nothing to hold it against (no target, or the peer is not installed).
    """

    bench: str
    row: str
    ours: float | None
    peer: float | None = None
    ratio: float | None = None
    target: float | None = None
    ok: bool | None = None

    def as_json(self) -> str:
        """One object on one line."""
        return json.dumps(asdict(self))

    def as_text(self) -> str:
        """One line for people."""
        numbers = "  ".join(
            f"{name} {_short(value):>9}"
            for name, value in (("ours", self.ours), ("peer", self.peer), ("ratio", self.ratio), ("may", self.target))
        )
        verdict = {True: "ok", False: "MISSED", None: ""}[self.ok]
        return f"{self.bench:8} {self.row:58} {numbers}  {verdict}".rstrip()


def against(bench: str, row: str, ours: float, peer: float, target: float | None) -> Row:
    """Hold our figure against a peer's of the same run; smaller is better in both."""
    ratio = ours / peer
    return Row(
        bench, row, _round(ours), _round(peer), _round(ratio), target, None if target is None else ratio <= target
    )


def limit(bench: str, row: str, ours: float, most: float) -> Row:
    """Hold our figure against an absolute limit."""
    return against(bench, f"{row}; may be {most:g}", ours, most, 1.0)


def at_least(bench: str, row: str, ours: float, least: float) -> Row:
    """Hold a rate against the least it may be; the ratio is turned round so that 1 is the most here too."""
    ratio = least / ours if ours else float("inf")
    return Row(bench, f"{row}; at least {least:g}", _round(ours), least, _round(ratio), 1.0, ratio <= 1.0)


def missing(bench: str, row: str, program: str, package: str) -> Row:
    """Name a peer that is not installed."""
    return Row(bench, f"{row}: {program} is not installed (apt-get install {package})", None)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` percent do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share / 100))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"

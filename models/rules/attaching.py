"""How much may go along with a mail: most servers take 25 MB, and files grow by a third on the way (R16)."""

from collections.abc import Sequence

MOST_BYTES = 18 * 1024 * 1024  # of all files of one message
MOST_FILES = 50
MOST_PASSED_ON = 5 * 1024 * 1024  # of a mail's files, in each copy for a follower; the record has them all


def refusal(name: str, size_bytes: int, others: Sequence[int]) -> str:
    """Say why a file cannot be added, "" when it can. ``others``: the sizes of those attached already."""
    if size_bytes == 0:
        return f"{name} is empty: there is nothing to attach."
    if len(others) >= MOST_FILES:
        return f"{MOST_FILES} files are attached already: put the others into an archive."
    if size_bytes + sum(others) > MOST_BYTES:
        together = " together with those attached" if others else ""
        return (
            f"{name} is too large{together}: a mail carries {MOST_BYTES // 1024 // 1024} MB of files at most. "
            "Send a link to it instead."
        )
    return ""


def passed_on(sizes: Sequence[int]) -> tuple[bool, ...]:
    """Say of each file whether a follower's copy carries it: in their order, as long as there is room."""
    left = MOST_PASSED_ON
    carried = []
    for size in sizes:
        fits = 0 < size <= left
        left -= size * fits
        carried.append(fits)
    return tuple(carried)

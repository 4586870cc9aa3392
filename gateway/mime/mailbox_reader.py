"""Read and parse many old mails in a child process of its own.

Whoever starts the child needs the names here, not what reads a mail: that is loaded in the child (``PRELOAD``).
"""

import gc
import hashlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.mime.mailbox_file import Lying, read
from gateway.mime.tuple_form import Packed, pack

PRELOAD = ("gateway.mime.mailbox_reader", "gateway.mime.child")
GIVES_WAY = 5  # niceness: whoever places the mails has more to do, and waits for nobody while children are ahead


@dataclass(frozen=True, slots=True)
class Reading:
    """What a child brought: mails with their bytes and hashes, and what could not be read and why."""

    mails: list[tuple[bytes, str, Packed]]
    left_out: list[tuple[str, str]]


def begin() -> None:
    """Bound this process as the parsing child is; Ctrl-C is for the parent.

    Garbage is looked for between batches: the rounds in between took a fifth of the time.
    """
    from gateway.mime.child import confine

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(GIVES_WAY)
    confine()
    gc.freeze()
    gc.disable()


def read_all(places: Sequence[Lying]) -> Reading:
    """Read and parse these mails."""
    from gateway.mime.child import allow_more_time
    from gateway.mime.parse import parse

    gc.collect()  # nothing of the batch before is alive any more
    reading = Reading([], [])
    for place in places:
        try:
            content = read(place)
        except OSError as error:
            reading.left_out.append((place.path, error.strerror or str(error)))
            continue
        allow_more_time()
        reading.mails.append((content, hashlib.sha256(content).hexdigest(), pack(parse(content))))
    return reading

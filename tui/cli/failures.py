"""What the program says when something is wrong: one sentence and a remedy, never a traceback."""

import sys
from collections.abc import Callable

from models.types.errors import NightdeskError
from tui.cli import printing
from tui.render import wash

INTERRUPTED = 130  # 128 + SIGINT, as shells count
SOFTWARE = 70  # EX_SOFTWARE, sysexits.h


def guarded(work: Callable[[], int]) -> int:
    """Run it and return the exit code; a fault becomes words on stderr."""
    try:
        code = work()
        printing.finish()
    except NightdeskError as error:
        complain(str(error), error.remedy)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        printing.give_up()  # the reader (head, less) has gone
        return 0
    except Exception as error:  # the outermost place: whatever got here was not foreseen
        return _unforeseen(error)
    return code


def complain(sentence: str, remedy: str = "") -> None:
    """Write to stderr, washed."""
    print(f"nightdesk: {wash.line(sentence)}", file=sys.stderr)
    if remedy:
        print(wash.line(remedy), file=sys.stderr)


def _unforeseen(error: Exception) -> int:
    from tui.cli.log import note

    path = note(error)
    complain(
        f"Something went wrong that should not have: {type(error).__name__}.",
        f"What happened is in {path}." if path else "The log could not be written.",
    )
    return SOFTWARE

"""Named places where a test ends the program, to see what a crash exactly there leaves for the next process.

``NIGHTDESK_FAILPOINT=send.after_dot:2:kill`` does it the second time that place is reached; several stand with commas
between. Off unless ``NIGHTDESK_FAILPOINTS_ALLOWED=1`` stands beside it. Measured: 0.2 microseconds a place when off.
"""

import os
import signal
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

VARIABLE = "NIGHTDESK_FAILPOINT"
ALLOWED = "NIGHTDESK_FAILPOINTS_ALLOWED"


class Point(StrEnum):
    """The steps of sending (S1 to S12) and of taking mail in (F1 to F10) at which a crash differs from the one before.

    "Written" is inside a transaction, "committed" after it.
    """

    ENQUEUE = "send.enqueue"  # S1: the message is written, its copies are not
    ENQUEUED = "send.enqueued"  # S1: its copies are written
    CLAIM = "send.claim"  # S2: claims are written
    CLAIMED = "send.claimed"  # S2: and committed
    CONNECT = "send.connect"  # S3: before dialing
    LOGIN = "send.login"  # S3: connected and greeted
    PROMISE = "send.promise"  # S3: connected; the exact bytes and ``in_data`` are written for the whole turn
    PROMISED = "send.promised"  # S3: and committed
    MAIL = "send.mail"  # S4: before MAIL FROM
    RCPT = "send.rcpt"  # S5: before RCPT TO
    DATA = "send.data"  # S6: before DATA
    BODY = "send.body"  # S7: told to go ahead
    BEFORE_DOT = "send.before_dot"  # S8: the journal says that the final dot goes out
    AFTER_DOT = "send.after_dot"  # S8: the final dot is out
    REPLY = "send.reply"  # S9: the server's answer is read
    NOTED = "send.noted"  # S9: and in the journal
    SETTLE = "send.settle"  # S10: the outcome is written
    SETTLED = "send.settled"  # S10: and committed
    QUIT = "send.quit"  # S12: before QUIT
    RECOVER = "send.recover"  # what a dead process had claimed is written back
    REPLAY = "send.replay"  # what the journal of a dead process says is written back
    LEASES = "work.leases"  # leases are committed, nothing runs yet
    FETCH_CONNECT = "fetch.connect"  # F1: before dialing
    FETCH_LOGIN = "fetch.login"  # F1: connected and greeted
    FETCH_EXAMINE = "fetch.examine"  # F2: before the folder is opened
    FETCH_SEARCH = "fetch.search"  # F3: UIDVALIDITY and UIDNEXT are known
    FETCH_BODIES = "fetch.bodies"  # F4: before the bodies are asked for
    FETCHED = "fetch.fetched"  # F4: they are here and nowhere else
    KEEP = "fetch.keep"  # F5: raw mails are written, the cursor is not
    KEPT = "fetch.kept"  # F5, F8: both are committed
    FETCH_LOGOUT = "fetch.logout"  # F10: before LOGOUT
    READ = "place.read"  # F6: the try is counted, the mail is not read
    PLACE = "place.place"  # F6: everything that follows is written, the raw mail still says stored
    PLACED = "place.placed"  # F6: and committed
    POP_KEEP = "pop.keep"  # F5: raw mails are written, their names are not
    POP_DELETE = "pop.delete"  # F7: before DELE of what is committed
    POP_DELETED = "pop.deleted"  # F7: deleted there, not noted here
    TAKE = "take.keep"  # F5: a mail brought to us is written
    TAKEN = "take.kept"  # F5: and committed; whoever brought it does not know yet
    SPOOL_WRITE = "spool.write"  # F5: a piped mail lies on disk, not yet by its name
    SPOOLED = "spool.ready"  # F5: and by its name; the mail server does not know yet
    CARRIED = "spool.carried"  # the database has it; the file is still there


_armed: dict[str, tuple[int, str]] = {}
_reached: Counter[str] = Counter()


def reach(point: Point) -> None:
    """Say that this place is reached. Does nothing on a real desk."""
    if _armed:
        _strike(point)


def arm(environment: Mapping[str, str]) -> None:
    """Take over what the variables say. ``ValueError``: they name no place, or nothing that can be done there.

    "kill" ends the process as SIGKILL does, "stop" freezes it until SIGCONT, "raise" is a bug.
    """
    _armed.clear()
    _reached.clear()
    said = environment.get(VARIABLE, "")
    if not said or environment.get(ALLOWED) != "1":
        return
    for one in said.split(","):
        name, number, action = one.split(":")
        if action not in ("kill", "stop", "raise"):
            raise ValueError(f"{VARIABLE} knows no {action!r}")
        _armed[Point(name)] = (int(number), action)


def _strike(point: Point) -> None:
    _reached[point] += 1
    number, action = _armed.get(point, (0, ""))
    if _reached[point] != number:
        return
    if action == "raise":
        raise RuntimeError(f"{point} was reached {number} times")
    os.kill(os.getpid(), signal.SIGKILL if action == "kill" else signal.SIGSTOP)


arm(os.environ)

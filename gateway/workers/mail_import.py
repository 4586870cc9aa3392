"""Import a mailbox of old mail: children read and parse, one transaction a batch places what they bring."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.exc import DataError, IntegrityError

from gateway.workers.mail_readers import MailReaders
from models.services import bulk
from models.store.checkpoints import checkpoints_aside
from models.store.database import Database
from models.types.letter import Letter
from models.types.routing import Target


@dataclass(slots=True)
class Progress:
    """How far an import is."""

    began: float = field(default_factory=time.monotonic)
    done: int = 0
    went: Counter[Target] = field(default_factory=Counter)
    left_out: list[tuple[str, str]] = field(default_factory=list)  # path, why

    @property
    def seconds(self) -> float:
        """How long it takes so far."""
        return time.monotonic() - self.began

    @property
    def rate(self) -> float:
        """Mails a second so far."""
        return self.done / max(self.seconds, 1e-9)


def import_mail(
    database: Database,
    readers: MailReaders,
    *,
    default_kind: str = "",
    done: bool = False,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Import mails in their order; ``tell`` is called after each batch.

    Each batch is kept with its commit, whatever ends the program after it; what is stored already is not stored again,
    so an import that was stopped is simply run again. ``DatabaseError``: the batches before are kept.
    ``default_kind`` and ``done`` are those of ``services.bulk.place``.
    """
    progress = Progress()
    with checkpoints_aside(database) as written:
        for reading in readers:
            progress.left_out += reading.left_out
            progress.went += _placed(database, reading.letters, default_kind, done)
            progress.done += len(reading.letters)
            written()
            tell(progress)
    return progress


def _placed(database: Database, letters: list[Letter], default_kind: str, done: bool) -> Counter[Target]:
    """Place a batch; one that cannot be is halved until the mail is found that cannot, which is kept unread."""
    try:
        return database.write(bulk.place, letters, default_kind=default_kind, done=done, now=datetime.now(UTC))
    except (DataError, IntegrityError):
        if len(letters) == 1:
            alone = Letter(letters[0].content, letters[0].sha256, None)
            return database.write(bulk.place, [alone], default_kind="", done=done, now=datetime.now(UTC))
        half = len(letters) // 2
        first = _placed(database, letters[:half], default_kind, done)
        return first + _placed(database, letters[half:], default_kind, done)

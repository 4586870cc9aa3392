"""A wall clock that is wrong: for the whole process, as when somebody sets the machine's. Other clocks stay."""

import datetime as real
import sys
from types import ModuleType

ROOMS = ("gateway.", "models.", "tui.", "tests.")


def set_clock(seconds_ahead: float) -> None:
    """Let every ``datetime.now`` of the program be this far ahead of the truth; 0 puts it right."""
    _Wrong.ahead = real.timedelta(seconds=seconds_ahead)
    if not seconds_ahead and not _changed:
        return
    for name, module in list(sys.modules.items()):
        if name.startswith(ROOMS) and isinstance(module, ModuleType) and vars(module).get("datetime") is real.datetime:
            _changed.append(module)
            module.datetime = _Wrong  # type: ignore[attr-defined]
    if not seconds_ahead:
        while _changed:
            _changed.pop().datetime = real.datetime  # type: ignore[attr-defined]


class _Wrong(real.datetime):
    ahead = real.timedelta()

    @classmethod
    def now(cls, tz: real.tzinfo | None = None) -> real.datetime:  # type: ignore[override]
        return real.datetime.now(tz) + cls.ahead


_changed: list[ModuleType] = []

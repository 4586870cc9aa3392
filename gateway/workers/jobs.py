"""Tasks kept running by name: what is wanted runs once, what is not ends, what crashes starts again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What to run until it is cancelled, and what it was made for: when that changes, it is started anew."""

    work: Callable[[], Awaitable[None]]
    made_for: object = None


class Jobs:
    """``keep`` as often as the wish changes; ``stop`` at the end. ``ended`` is called when a stopped job is over."""

    def __init__(self, ended: Callable[[], None], crash_seconds: float) -> None:
        self._ended = ended
        self._crash_seconds = crash_seconds
        self._running: dict[str, tuple[Job, asyncio.Task[None]]] = {}
        self._ending: dict[str, asyncio.Task[None]] = {}

    def keep(self, wanted: Mapping[str, Job]) -> None:
        """Make exactly these run. One that must start anew starts at the next call after its old task has ended."""
        for name, (job, task) in list(self._running.items()):
            if name not in wanted or wanted[name].made_for != job.made_for:
                del self._running[name]
                self._end(name, task)
        for name, job in wanted.items():
            if name not in self._running and name not in self._ending:
                self._running[name] = (job, asyncio.ensure_future(_kept_going(name, job, self._crash_seconds)))

    async def stop(self) -> None:
        """End all and wait for it."""
        self.keep({})
        await asyncio.gather(*self._ending.values(), return_exceptions=True)

    def _end(self, name: str, task: asyncio.Task[None]) -> None:
        self._ending[name] = task
        task.add_done_callback(lambda _: self._over(name))
        task.cancel()

    def _over(self, name: str) -> None:
        del self._ending[name]
        self._ended()


async def _kept_going(name: str, job: Job, crash_seconds: float) -> None:
    while True:
        try:
            await job.work()
        except Exception:
            log.exception("The job %s crashed and starts again", name)
            await asyncio.sleep(crash_seconds)
        else:
            return

"""A failed read or use case on its way to the status line."""

from textual.message import Message
from textual.worker import Worker, WorkerState


class Fault(Message):
    """Something that was asked for did not work; the screen says so and goes on. ``reading``: worth another try."""

    def __init__(self, error: BaseException, *, reading: bool) -> None:
        super().__init__()
        self.error = error
        self.reading = reading


def fault_of(event: Worker.StateChanged, *, reading: bool = True) -> Fault | None:
    """The fault of a worker that failed; None for every other change of state."""
    if event.state is WorkerState.ERROR and event.worker.error is not None:
        return Fault(event.worker.error, reading=reading)
    return None

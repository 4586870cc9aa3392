"""A failed read or use case on its way to the status line."""

from textual.message import Message
from textual.worker import Worker, WorkerState


class Fault(Message):
    """Something that was asked for did not work; the screen says so and goes on."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


def fault_of(event: Worker.StateChanged) -> Fault | None:
    """The fault of a worker that failed; None for every other change of state."""
    if event.state is WorkerState.ERROR and event.worker.error is not None:
        return Fault(event.worker.error)
    return None

"""Wait until a widget has read every key that was typed before now."""

import asyncio

from textual.widget import Widget


async def drained(widget: Widget) -> None:
    """Return when the widget has handled what stands in its queue.

    Commands run at once, letters wait in their widget's queue: without this, "Hello", Esc and y in one packet could
    send "Hel". Never await it from the widget's own handlers.
    """
    read = asyncio.Event()
    if widget.is_running and widget.call_later(read.set):
        await read.wait()

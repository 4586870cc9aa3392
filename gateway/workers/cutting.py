"""Cut a file out of a mail in a child process of its own, whose memory and processor time the kernel bounds."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE

from gateway.mime.part_child import NO_SUCH_PART
from gateway.workers.parsing import PARSE_SECONDS, Unreadable, put_down

COMMAND = (sys.executable, "-P", "-m", "gateway.mime.part_child")


async def cut(content: bytes, path: str, *, seconds: float = PARSE_SECONDS) -> bytes:
    """Return the bytes of an ``AttachedFile.path``. LookupError: there is no such part.

    ``Unreadable``: the child died or hung over this mail.
    """
    child = await asyncio.create_subprocess_exec(
        *COMMAND, path, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    try:
        async with asyncio.timeout(seconds):
            part, _ = await child.communicate(content)
    except TimeoutError as error:
        raise Unreadable(f"Reading it took longer than {seconds:g} seconds.") from error
    finally:
        await put_down(child)
    if child.returncode == NO_SUCH_PART:
        raise LookupError(path)
    if child.returncode != 0:
        raise Unreadable("The reader gave up on it: too much memory or time, or a crash.")
    return part

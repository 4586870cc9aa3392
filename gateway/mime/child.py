"""``python -m gateway.mime.child``: parse mails for another process; the kernel bounds its memory and processor time.

Both ways, a frame is a length (4 bytes, big endian) and that many bytes: a raw mail in, the JSON of ``json_form`` out.
The end of the input ends the child. A mail that breaks a limit ends it too, by a signal: the parent then knows which
mail it was, since answers come in order.
"""

import json
import resource
import struct
import sys
from typing import BinaryIO

from gateway.mime.json_form import to_json
from gateway.mime.parse import parse

LENGTH = struct.Struct(">I")
MEMORY_BYTES = 300 * 1024 * 1024
CPU_SECONDS = 20  # for one mail
_FILES = 64  # open ones; later imports need a few


def main() -> int:
    """Serve until the input ends. Exit status."""
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
    return 0


def confine() -> None:
    """Bound memory, open files and core dumps, and forbid writing files; for this process and for good."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer every frame with one frame. A frame cut short ends it without an answer."""
    while (head := incoming.read(LENGTH.size)) and len(head) == LENGTH.size:
        (size,) = LENGTH.unpack(head)
        content = incoming.read(size)
        if len(content) < size:
            return
        allow_more_time()
        answer = json.dumps(to_json(parse(content)), ensure_ascii=False).encode()
        outgoing.write(LENGTH.pack(len(answer)) + answer)
        outgoing.flush()


def allow_more_time() -> None:
    """Move the processor limit so that this mail has its seconds, however many came before."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


if __name__ == "__main__":
    sys.exit(main())

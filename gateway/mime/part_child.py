"""``python -m gateway.mime.part_child PATH``: cut one file out of a mail for another process, as confined as ``child``.

The raw mail comes in on stdin, the file goes out on stdout, and only status 0 says that it is whole.
"""

import sys

from gateway.mime.child import allow_more_time, confine
from gateway.mime.parse import part_content

NO_SUCH_PART = 3  # exit status


def main(path: str) -> int:
    """Serve one mail. Exit status."""
    confine()
    allow_more_time()
    try:
        part = part_content(sys.stdin.buffer.read(), path)
    except LookupError:
        return NO_SUCH_PART
    sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

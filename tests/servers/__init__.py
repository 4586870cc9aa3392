"""Real servers on loopback for the tests, started when installed; ended by their pid."""

import os
import shutil
import socket

import pytest


def need(program: str, package: str) -> str:
    """The program's path; skip, naming the package, when it is missing.

    NIGHTDESK_REQUIRE_SERVERS=1 makes the skip a failure.
    """
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin")
    if found:
        return found
    sentence = f"{program} is not installed; on Debian: apt-get install {package}"
    if os.environ.get("NIGHTDESK_REQUIRE_SERVERS") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

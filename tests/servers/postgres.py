"""A private PostgreSQL on loopback: one server a session, one database a test."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.servers import free_port, need

_numbers = itertools.count(1)


class Postgres:
    """A running server; ``database()`` makes one, ``drop()`` ends it with everyone still connected to it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, name: str) -> str:
        """The URL as settings hold it."""
        return f"postgresql+psycopg://nightdesk@127.0.0.1:{self.port}/{name}"

    def database(self, template: str = "template0") -> str:
        """Make a database; its name."""
        name = f"desk{next(_numbers)}"
        # PostgreSQL 15 writes a copy through its log, which takes 200 ms; copying files takes 30
        how = "STRATEGY FILE_COPY" if self.version >= 150000 else ""
        self.say(f"CREATE DATABASE {name} TEMPLATE {template} {how}")
        return name

    @cached_property
    def version(self) -> int:
        """As libpq numbers it: 150014 is 15.14."""
        with self._connected() as connection:
            return connection.info.server_version

    def drop(self, name: str) -> None:
        """Drop it, whoever is connected."""
        self.say(f"DROP DATABASE {name} WITH (FORCE)")

    def say(self, statement: str) -> None:
        """One statement to the maintenance database."""
        with self._connected() as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def _connected(self) -> "psycopg.Connection[Any]":
        return psycopg.connect(f"postgresql://nightdesk@127.0.0.1:{self.port}/postgres", autocommit=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this test run."""
    with server() as running:
        yield running


@contextlib.contextmanager
def server() -> Iterator[Postgres]:
    """Run one; as the user ``postgres`` when the tests run as root, because it refuses root."""
    initdb = _program("initdb")
    folder = Path(tempfile.mkdtemp(prefix="nightdesk-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    try:
        subprocess.run(
            [
                initdb,
                "-D",
                folder / "data",
                "-U",
                "nightdesk",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            user=user,
            cwd="/",
        )
        with _running(folder, user) as port:
            yield Postgres(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(folder: Path, user: str | None) -> Iterator[int]:
    port = free_port()
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "60",
                "fsync": "off", "full_page_writes": "off", "autovacuum": "off"}  # fmt: skip
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [_program("postgres"), "-D", folder / "data", "-p", str(port), *options],
            stdout=log,
            stderr=log,
            user=user,
            cwd="/",
        )
        try:
            _wait_for(port, server, folder / "log")
            yield port
        finally:
            server.send_signal(signal.SIGINT)  # "fast" shutdown
            server.wait(30)


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(f"postgresql://nightdesk@127.0.0.1:{port}/postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start: {log.read_text()}")


def _program(name: str) -> str:
    """Debian keeps the server's programs out of PATH."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    return need(name, "postgresql")

"""``nightdesk serve``: take mail as the server the world, or one's own mail server, delivers to."""

import asyncio
import logging
import signal
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from models.types.errors import SettingsError
from tui.cli.output import say

if TYPE_CHECKING:
    import ssl

    from models.store.database import Database
    from models.types.reception import Reception
    from tui.cli.parser import Commands

SMTP_PORT, LMTP_PORT = 2525, 2424  # above 1023: needs no privilege
MEGABYTE = 1024 * 1024
MAILS_PER_MINUTE = 120


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve",
        parents=[places],
        help="take mail by SMTP or LMTP",
        description="Take mail by SMTP, as the MX of a domain, or with --lmtp from a mail server of your own. "
        "A mail is answered with 250 once the database has it; nightdesk worker, or the desk itself, places it.",
    )
    parser.add_argument("--lmtp", action="store_true", help="speak LMTP (RFC 2033) instead of SMTP")
    parser.add_argument(
        "--listen", type=_place, metavar="[HOST:]PORT", default=None,
        help=f"default 127.0.0.1:{SMTP_PORT}, with --lmtp 127.0.0.1:{LMTP_PORT}",
    )  # fmt: skip
    parser.add_argument("--certificate", metavar="FILE", default="", help="offer STARTTLS with this certificate chain")
    parser.add_argument("--key", metavar="FILE", default="", help="its private key, when in a file of its own")
    parser.add_argument("--size-limit", type=int, metavar="MB", default=50, help="largest mail, default %(default)s")
    parser.add_argument(
        "--rate", type=int, metavar="MAILS", default=MAILS_PER_MINUTE,
        help="mails a minute from one peer, default %(default)s, 0 for no limit",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    from tui.cli.store import opened, settings_of
    from tui.identity import hostname

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    settings = settings_of(arguments)
    certificate = _certificate(arguments.certificate, arguments.key)
    with opened(settings) as database:
        asyncio.run(_serve(database, hostname(settings, database), arguments, certificate))
    return 0


async def _serve(database: "Database", hostname: str, arguments: Namespace, tls: "ssl.SSLContext | None") -> None:
    from gateway.transports.doorkeeper import Limits
    from gateway.transports.listener import Door, Protocol, listen

    protocol = Protocol.LMTP if arguments.lmtp else Protocol.SMTP
    host, port = arguments.listen or ("127.0.0.1", LMTP_PORT if arguments.lmtp else SMTP_PORT)
    door = Door(
        judge=partial(_judge, database),
        keep=partial(_keep, database),
        hostname=hostname,
        protocol=protocol,
        size_limit=arguments.size_limit * MEGABYTE,
        tls=tls,
    )
    try:
        server = await listen(door, host, port, limits=Limits(mails_per_minute=arguments.rate))
    except OSError as error:
        raise SettingsError(f"nightdesk cannot listen on {host}:{port}: {error.strerror}.") from error
    port = server.sockets[0].getsockname()[1]
    say(f"nightdesk serve: {protocol.upper()} on {host}:{port}; stop it with SIGTERM or Ctrl-C.")
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    server.close()


async def _judge(database: "Database", address: str) -> "Reception":
    from models.services import reception

    return await asyncio.to_thread(database.read, reception.judge, address=address)


async def _keep(database: "Database", content: bytes, sender: str, recipients: tuple[str, ...]) -> None:
    from models.services import receive

    await asyncio.to_thread(
        database.write,
        receive.keep_one,
        content=content,
        envelope_from=sender,
        envelope_to=recipients,
        now=datetime.now(UTC),
    )


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ArgumentTypeError(f"{text!r} is not [HOST:]PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def _certificate(certificate: str, key: str) -> "ssl.SSLContext | None":
    if not certificate:
        return None
    import ssl

    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(certificate, key or None)
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(f"The certificate {certificate} cannot be used: {error.strerror or error}.") from error
    return made

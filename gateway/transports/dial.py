"""Connect to an endpoint. Names are resolved on threads of our own: a dead name server must not hold up anybody else.

asyncio resolves on the loop's default threads (six on two cores), which the program's other work needs.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from models.types.account import Endpoint

P = TypeVar("P", bound=asyncio.Protocol)

_RESOLVERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")


async def dial(
    endpoint: Endpoint, make_protocol: Callable[[], P], context: ssl.SSLContext | None, seconds: float
) -> tuple[asyncio.Transport, P]:
    """Try every address of the host within ``seconds``. ``context``: encrypt from the first byte.

    Raises ``OSError`` (of the last address), ``ssl.SSLError``, ``TimeoutError``.
    """
    loop = asyncio.get_running_loop()
    failure: OSError = OSError(f"{endpoint.host} has no address")
    async with asyncio.timeout(seconds):
        found = await loop.run_in_executor(_RESOLVERS, _addresses, endpoint.host, endpoint.port)
        for address in found:
            try:
                return await loop.create_connection(
                    make_protocol,
                    address,
                    endpoint.port,
                    ssl=context,
                    server_hostname=endpoint.host if context is not None else None,
                )
            except ssl.SSLError:
                raise
            except OSError as error:
                failure = error
    raise failure


def _addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))

"""The mail world as a process of its own: ``python -m gateway.demo.process --seed N``.

Beside the desk, not in it: a password check or a parse there must not hold up a key here. It says where it listens in
one JSON line, lives until its standard input is closed, and so never outlives the desk.
"""

import argparse
import asyncio
import json
import logging
import os
import shutil
import sys

from gateway.demo.cast import DOMAIN
from gateway.demo.customers import Customers
from gateway.demo.launch import SECRET

USER = "desk"


async def world(seed: int, password: str) -> None:
    """Serve until standard input ends."""
    customers = Customers(DOMAIN, USER, password, seed)
    await customers.world.start()
    sys.stdout.write(json.dumps({"imap": customers.world.imap_port, "smtp": customers.world.smtp_port}) + "\n")
    sys.stdout.flush()
    living = asyncio.create_task(customers.live())
    ended = asyncio.create_task(_input_ends())
    try:
        await asyncio.wait({living, ended}, return_when=asyncio.FIRST_COMPLETED)
        if living.done():
            living.result()  # it never ends by itself: say what broke
    finally:
        living.cancel()
        await customers.world.stop()


async def _input_ends() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--remove", metavar="FOLDER", help="take this folder away at the end")
    chosen = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own deprecations
    try:
        asyncio.run(world(chosen.seed, os.environ[SECRET]))
    finally:
        if chosen.remove:
            shutil.rmtree(chosen.remove, ignore_errors=True)

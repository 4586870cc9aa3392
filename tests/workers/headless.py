"""``python -m tests.workers.headless URL``: the workers at the tests' pace, to be killed."""

import asyncio
import sys

from gateway.workers import supervisor
from models.store.database import Database
from tests.workers.working import QUICK

if __name__ == "__main__":
    url = sys.argv[1]
    asyncio.run(supervisor.run(Database(url), holder=f"headless {id(url)}", hostname="desk.test", pace=QUICK))

"""``python -m tests.faults --kills 1000 [--database postgres]``: the long form of the blind kills, result as JSON."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from models.store.database import Database
from models.store.migrate import ensure
from tests.faults.rounds import Result, many_rounds
from tests.faults.scene import desk_in
from tests.servers.postgres import server
from tests.workers.working import PASSWORD_VARIABLE


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--per-round", type=int, default=20, help="kills of one desk")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 2, help="desks beside each other")
    parser.add_argument("--minutes", type=float, default=120, help="begin no round after this time")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", type=Path, help="write the result here, too")
    said = parser.parse_args()
    os.environ[PASSWORD_VARIABLE] = "secret"
    result, began = Result(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="nightdesk-faults-"))
    with ExitStack() as stack:
        make = _maker(said.database, folder, stack)
        asyncio.run(_run(make, folder, said, result, began))
    facts = asdict(result) | {
        "database": said.database, "seed": said.seed, "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    text = json.dumps(facts, indent=1)
    print(text)
    if said.json:
        said.json.write_text(text)
    if result.found:
        print(f"what is broken lies in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


async def _run(make, folder: Path, said: argparse.Namespace, result: Result, began: float) -> None:  # type: ignore[no-untyped-def]
    telling = asyncio.ensure_future(_tell(result, said.kills, began))
    try:
        await many_rounds(
            make, folder, kills=said.kills, per_round=said.per_round, at_once=said.at_once, seed=said.seed,
            result=result, until=began + 60 * said.minutes,
        )  # fmt: skip
    finally:
        telling.cancel()


async def _tell(result: Result, kills: int, began: float) -> None:
    while True:
        await asyncio.sleep(10)
        seconds = time.monotonic() - began
        print(f"{seconds:5.0f} s: {result.kills} of {kills} kills, {len(result.found)} broken", file=sys.stderr)
        sys.stderr.flush()


def _maker(kind: str, folder: Path, stack: ExitStack):  # type: ignore[no-untyped-def]
    if kind == "sqlite":
        template = folder / "template.db"
        ensure(f"sqlite:///{template}")
        return lambda place: desk_in(place, template)
    running = stack.enter_context(server())
    name = running.database()
    ensure(running.url(name))
    return lambda _: Database(running.url(running.database(name)))


if __name__ == "__main__":
    sys.exit(main())

"""Run the mail corpora's scorer over this checkout and fail where a kind falls below its floor.

    .ci/floors.py CORPORA_FOLDER

A floor guards against falling back; most kinds stand above theirs.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

FLOORS = {
    "parse": 0.98,
    "attach": 0.95,
    "charset": 1.0,
    "reply": 0.98,
    "bounce": 0.97,
    "auto": 1.0,
    "thread": 1.0,
    "malformed": 1.0,
    "hostile": 1.0,
    "smtpreply": 0.98,
    "routing": 1.0,
}
PROGRAM = Path(sys.executable).with_name("nightdesk")


def main(corpora: Path) -> int:
    """Score every kind; return 1 when one is too low."""
    mail = ",".join(kind for kind in FLOORS if kind not in ("smtpreply", "routing"))
    rates = score(corpora, ["--batch", f"'{PROGRAM}' inspect --batch", "--kind", mail])
    rates |= score(corpora, ["--smtp", f"'{PROGRAM}' smtp-classify"])
    rates |= score(corpora, ["--route", f"'{PROGRAM}' simulate {{file}} --json", "--kind", "routing"])
    low = {kind: rates.get(kind, 0.0) for kind, floor in FLOORS.items() if rates.get(kind, 0.0) < floor}
    for kind, rate in low.items():
        print(f"corpora: {kind} reached {rate:.0%}, below its floor of {FLOORS[kind]:.0%}", file=sys.stderr)
    return 1 if low else 0


def score(corpora: Path, how: list[str]) -> dict[str, float]:
    """Run the scorer; return the share passed by kind."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, str(corpora / "score.py"), str(corpora / "dev"), *how, "--show", "0"]
        subprocess.run([*command, "--json", report.name], check=True)
        kinds = json.loads(Path(report.name).read_text())["kinds"]
    return {kind: part["all"]["rate"] for kind, part in kinds.items()}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

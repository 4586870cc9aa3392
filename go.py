#!/usr/bin/env python3
"""Set nightdesk up in .venv beside this file, once, then run it. Standard library only.

    python3 go.py demo     the program with a small mail world of its own
    python3 go.py test     all tests; more arguments go to pytest
    python3 go.py ...      anything else goes to nightdesk

The environment is made again when pyproject.toml, constraints.txt, the Python or this folder's place changes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

# Before any annotation below is evaluated: an older Python must reach this sentence, not a TypeError.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"nightdesk needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "nightdesk.stamp"  # written last: an interrupted set-up starts over
INSTALL = ["install", "-q", "-c", str(HERE / "constraints.txt"), "-e", ".[test]"]


def main(arguments: list[str]) -> None:
    """Make the environment if it is not there or is out of date, then become the program asked for."""
    wanted = fingerprint()
    if not STAMP.is_file() or STAMP.read_text() != wanted:
        set_up()
        STAMP.write_text(wanted)
    if arguments[:1] == ["test"]:
        os.chdir(HERE)
        busy = str(max(4, os.cpu_count() or 1))  # most tests wait for servers, screens and deadlines
        become([str(PYTHON), "-m", "pytest", *(arguments[1:] or ["-n", busy, "--dist", "loadfile"])])
    become([str(VENV / "bin" / "nightdesk"), *arguments])


def fingerprint() -> str:
    """Name everything the environment was made from."""
    digest = hashlib.sha256(f"{HERE}\n{sys.base_prefix}\n{sys.version}\n".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def set_up() -> None:
    """Make .venv and install nightdesk there with everything its tests need."""
    say("setting up .venv, once (about 10 s with uv, a minute with pip) ...")
    began = time.monotonic()
    try:
        shutil.rmtree(VENV, ignore_errors=True)
        uv = shutil.which("uv")
        if uv:
            run([uv, "venv", "-q", "--python", sys.executable, str(VENV)])
            run([uv, "pip", *INSTALL, "--compile-bytecode", "--python", str(PYTHON)])
        else:
            run([*make_with_pip(), "--disable-pip-version-check", *INSTALL])
    except subprocess.CalledProcessError as error:
        sys.exit(f"nightdesk: setting up failed: {error.cmd[0]} ended with {error.returncode}; its words stand above.")
    except OSError as error:
        sys.exit(f"nightdesk: {VENV} cannot be made: {error.strerror}. Use a checkout you own.")
    say(f"ready after {time.monotonic() - began:.0f} s")


def make_with_pip() -> list[str]:
    """Make an empty environment; return the pip command that fills it."""
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode == 0:
        return [str(PYTHON), "-m", "pip"]
    # Debian without python3-venv has no ensurepip; its own pip can fill the environment from outside.
    run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        sys.exit("nightdesk: this Python has no pip. On Debian: apt-get install python3-venv; or install uv.")
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def run(command: list[str]) -> None:
    """Run a step of the set-up in this folder."""
    subprocess.run(command, cwd=HERE, check=True)


def become(command: list[str]) -> None:
    """Replace this process, so that signals and the exit code are the program's own."""
    sys.stdout.flush()
    os.execv(command[0], command)


def say(words: str) -> None:
    """Tell what goes on, beside the program's own output."""
    print(f"nightdesk: {words}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])

"""A mailbox full of mail behind a Dovecot of its own, on loopback, for one benchmark."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.letters import Letters
from tests.servers import free_port
from tests.servers.dovecot import await_port

USER, PASSWORD = "support", "secret"
_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"


@dataclass(frozen=True, slots=True)
class ImapBox:
    """The port on 127.0.0.1; no encryption, so that both sides are compared without it."""

    port: int


def installed() -> bool:
    """Tell whether there is a Dovecot here."""
    return shutil.which("dovecot", path=_PATH) is not None


@contextmanager
def imap_box(count: int) -> Iterator[ImapBox]:
    """Run it with this many letters in INBOX; ended by its pid."""
    program = shutil.which("dovecot", path=_PATH)
    assert program is not None
    base = Path(tempfile.mkdtemp(prefix="nd-box-"))  # short: UNIX sockets allow 107 letters
    base.chmod(0o755)
    box = ImapBox(free_port())
    _fill(base, count)
    (base / "dovecot.conf").write_text(_config(base, box.port))
    process = subprocess.Popen([program, "-F", "-c", str(base / "dovecot.conf")], stderr=subprocess.DEVNULL)
    try:
        await_port(box.port, process, base / "dovecot.log")
        yield box
    finally:
        process.terminate()
        process.wait(timeout=15)
        shutil.rmtree(base, ignore_errors=True)


def _owner() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _fill(base: Path, count: int) -> None:
    owner = _owner()
    maildir = base / "mail" / "Maildir"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    for number, content in enumerate(Letters()(count)):
        path = maildir / "cur" / f"{1_700_000_000 + number}.M{number}.box,S={len(content)}:2,"
        path.write_bytes(content)
        os.chown(path, owner.pw_uid, owner.pw_gid)
    for path in (base / "mail", maildir, *(maildir / part for part in ("cur", "new", "tmp"))):
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _config(base: Path, port: int) -> str:
    owner, root = _owner(), os.geteuid() == 0
    for name in ("run", "state"):
        (base / name).mkdir()
    login = f"default_internal_user = {owner.pw_name}\ndefault_login_user = {owner.pw_name}\n"
    return f"""
base_dir = {base}/run
state_dir = {base}/state
instance_name = ndbox{port}
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 0
mail_location = maildir:{base}/mail/Maildir
{"" if root else login}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={base}/mail
}}
service anvil {{
  {"" if root else "chroot ="}
}}
service imap-login {{
  {"" if root else "chroot ="}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""

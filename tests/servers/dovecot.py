"""A private Dovecot 2.3: IMAP, IMAPS, POP3, POP3S, LMTP, and the login service Postfix asks."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.types.account import Endpoint, Security
from tests.servers import free_port, need
from tests.servers.certificates import Certificates
from tests.servers.oauth import FakeProvider, fake_provider

PASSWORD = 'se"cret\\1'
USERS = ("support@desk.test", "sales@desk.test", "anna@customer.test", "bob@customer.test", "ada@desk.test")


@dataclass(frozen=True)
class Dovecot:
    """Ports on 127.0.0.1; every user of ``USERS`` has the password ``PASSWORD``."""

    imap: int
    imaps: int
    pop3: int
    pop3s: int
    lmtp: int
    auth: int
    ca: Path
    base: Path
    provider: FakeProvider  # whose access tokens it takes

    def endpoint(self, user: str, security: Security = Security.TLS) -> Endpoint:
        port = self.imaps if security is Security.TLS else self.imap
        return Endpoint("localhost", port, security, user, PASSWORD, str(self.ca))

    def deliver(self, recipient: str, content: bytes, sender: str = "someone@elsewhere.test") -> None:
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            lmtp.sendmail(sender, [recipient], content)

    @contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        """Another mail program on the same account."""
        with closing_logout(imaplib.IMAP4("127.0.0.1", self.imap)) as client:
            client.login(user, PASSWORD)
            yield client

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Every message of a folder, oldest first."""
        with self.client(user) as client:
            client.select(folder, readonly=True)
            numbers = client.search(None, "ALL")[1][0].split()
            answers = [client.fetch(number.decode(), "(BODY.PEEK[])")[1][0] for number in numbers]
        return [answer[1] for answer in answers if isinstance(answer, tuple)]

    def flags(self, user: str, folder: str = "INBOX") -> list[bytes]:
        with self.client(user) as client:
            client.select(folder, readonly=True)
            return [line for line in client.fetch("1:*", "(FLAGS)")[1] if isinstance(line, bytes)]

    def empty(self, user: str, folder: str = "INBOX") -> None:
        """Delete the folder's mail; its UIDs go on."""
        with self.client(user) as client:
            if client.select(folder)[1] != [b"0"]:
                client.store("1:*", "+FLAGS", "(\\Deleted)")
                client.expunge()

    def recreate(self, user: str, folder: str) -> None:
        """Delete and create a folder: it gets a new UIDVALIDITY."""
        with self.client(user) as client:
            client.delete(folder)
            time.sleep(1.1)  # Dovecot takes the second as UIDVALIDITY
            client.create(folder)

    def append(self, user: str, folder: str, contents: Sequence[bytes]) -> None:
        with self.client(user) as client:
            client.create(folder)
            for content in contents:
                client.append(folder, "", imaplib.Time2Internaldate(time.time()), content)


@contextmanager
def closing_logout(client: imaplib.IMAP4) -> Iterator[imaplib.IMAP4]:
    try:
        yield client
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()


@pytest.fixture(scope="session")
def dovecot(certificates: Certificates) -> Iterator[Dovecot]:
    """Start one, as root (mail as nobody) or as the ordinary user; stop it by its pid."""
    program = need("dovecot", "dovecot-imapd dovecot-pop3d dovecot-lmtpd")
    base = Path(tempfile.mkdtemp(prefix="nd-dovecot-"))  # short: UNIX sockets allow 107 letters
    base.chmod(0o755)
    with fake_provider() as provider:
        yield from _running(program, base, certificates, provider)


def _running(program: str, base: Path, certificates: Certificates, provider: FakeProvider) -> Iterator[Dovecot]:
    imap, imaps, pop3, pop3s, lmtp, auth = (free_port() for _ in range(6))
    server = Dovecot(imap, imaps, pop3, pop3s, lmtp, auth, certificates.ca, base, provider)
    _write(server, certificates)
    process = subprocess.Popen([program, "-F", "-c", str(base / "dovecot.conf")], stderr=subprocess.PIPE)
    try:
        await_port(server.imaps, process, base / "dovecot.log")
        await_port(server.lmtp, process, base / "dovecot.log")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=15)
        if process.stderr:
            process.stderr.close()
        shutil.rmtree(base, ignore_errors=True)


def await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
            return
        time.sleep(0.02)
    said = log.read_text() if log.exists() else ""
    raise RuntimeError(f"the server did not start: {said[-2000:]}")


def _write(server: Dovecot, certificates: Certificates) -> None:
    base, root = server.base, os.geteuid() == 0
    for name in ("run", "mail", "state"):
        (base / name).mkdir()
    mail = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
    uid, gid = mail.pw_uid, mail.pw_gid
    os.chown(base / "mail", uid, gid)
    (base / "passwd").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}::::::\n" for user in USERS))
    (base / "users").write_text("".join(f"{user}::{uid}:{gid}::{base}/mail/{user}::\n" for user in USERS))
    (base / "oauth2.conf").write_text(
        f"introspection_url = {server.provider.url}/introspect\nintrospection_mode = post\n"
        "username_attribute = email\nactive_attribute = active\nactive_value = true\n"
    )
    user = getpass.getuser()
    (base / "dovecot.conf").write_text(
        f"""
base_dir = {base}/run
state_dir = {base}/state
instance_name = nd{server.imap}
log_path = {base}/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificates.certificate}
ssl_key = <{certificates.key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
recipient_delimiter = +
first_valid_uid = 0
mail_max_userip_connections = 100
mail_location = maildir:~/Maildir
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {base}/passwd
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {base}/users
}}
service anvil {{
  {"" if root else "chroot ="}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {server.auth}
  }}
}}
service imap-login {{
  {"" if root else "chroot ="}
  inet_listener imap {{
    port = {server.imap}
  }}
  inet_listener imaps {{
    port = {server.imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  {"" if root else "chroot ="}
  inet_listener pop3 {{
    port = {server.pop3}
  }}
  inet_listener pop3s {{
    port = {server.pop3s}
    ssl = yes
  }}
}}
service lmtp {{
  user = {"root" if root else user}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {server.lmtp}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""
        + ("" if root else _unprivileged(user))
    )


def _unprivileged(user: str) -> str:
    group = grp.getgrgid(os.getegid()).gr_name
    return f"default_login_user = {user}\ndefault_internal_user = {user}\ndefault_internal_group = {group}\n"

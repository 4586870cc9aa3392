"""A private Postfix in front of a Dovecot: real queue, real bounces, nothing leaves the machine."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.types.account import Endpoint, Security
from tests.servers import free_port, need
from tests.servers.certificates import Certificates
from tests.servers.dovecot import PASSWORD, Dovecot, await_port

_SERVICES = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """``smtp``: STARTTLS, takes mail from loopback without a login. ``smtps``: TLS, only after a login."""

    smtp: int
    smtps: int
    ca: Path

    def endpoint(self, user: str, security: Security = Security.TLS, password: str = PASSWORD) -> Endpoint:
        """Where an account sends; without a login unless over TLS from the first byte."""
        port = self.smtps if security is Security.TLS else self.smtp
        login = user if security is Security.TLS else ""
        return Endpoint("localhost", port, security, login, password, str(self.ca))


@pytest.fixture(scope="session")
def postfix(certificates: Certificates, dovecot: Dovecot) -> Iterator[Postfix]:
    """Start one that delivers desk.test and customer.test into the Dovecot; Postfix runs only as root."""
    program = need("postfix", "postfix")
    if os.geteuid() != 0:
        if os.environ.get("NIGHTDESK_REQUIRE_SERVERS") == "1":
            pytest.fail("the package postfix is installed, but its master runs only as root")
        pytest.skip("the package postfix is installed, but its master runs only as root")
    base = Path(tempfile.mkdtemp(prefix="nd-postfix-"))
    base.chmod(0o755)
    server = Postfix(free_port(), free_port(), certificates.ca)
    _write(base, server, certificates, dovecot)
    process = subprocess.Popen(
        [program, "-c", str(base / "etc"), "start-fg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        await_port(server.smtp, process, base / "mail.log")
        yield server
    finally:
        subprocess.run([program, "-c", str(base / "etc"), "stop"], capture_output=True, timeout=30, check=False)
        process.terminate()
        process.wait(timeout=15)
        shutil.rmtree(base, ignore_errors=True)


def _write(base: Path, server: Postfix, certificates: Certificates, dovecot: Dovecot) -> None:
    config, spool, data = base / "etc", base / "spool", base / "data"
    for folder in (config, spool, data):
        folder.mkdir()
        folder.chmod(0o755)
    os.chown(data, pwd.getpwnam("postfix").pw_uid, -1)
    for name in ("postfix-files", "postfix-script", "post-install", "dynamicmaps.cf"):
        if (Path("/etc/postfix") / name).exists():
            shutil.copy(Path("/etc/postfix") / name, config)
    (config / "main.cf").write_text(
        f"""
compatibility_level = 3.6
maillog_file = {base}/mail.log
maillog_file_prefixes = /var, /dev/stdout, {base}
queue_directory = {spool}
data_directory = {data}
myhostname = mx.desk.test
mydomain = desk.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
local_transport = error:no local delivery
virtual_mailbox_domains = desk.test, customer.test
virtual_mailbox_maps = static:OK
virtual_transport = lmtp:inet:127.0.0.1:{dovecot.lmtp}
default_transport = error:5.7.1 nothing leaves this machine
relay_transport = error:5.7.1 nothing leaves this machine
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{{{refused@customer.test = 550 5.1.1 no such user}},
  {{later@customer.test = 450 4.7.1 greylisted}}}}, permit
smtputf8_enable = yes
disable_dns_lookups = yes
lmtp_host_lookup = native
smtp_dns_support_level = disabled
alias_maps =
alias_database =
recipient_delimiter = +
message_size_limit = 5000000
smtpd_tls_cert_file = {certificates.certificate}
smtpd_tls_key_file = {certificates.key}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{dovecot.auth}
minimal_backoff_time = 2s
queue_run_delay = 2s
bounce_queue_lifetime = 1m
"""
    )
    (config / "master.cf").write_text(
        f"""
127.0.0.1:{server.smtp} inet n - n - - smtpd
127.0.0.1:{server.smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
{_SERVICES}"""
    )

"""Servers for the transports' tests: one of each real kind for the whole run."""

from tests.servers.certificates import certificates
from tests.servers.dovecot import dovecot
from tests.servers.postfix import postfix

__all__ = ["certificates", "dovecot", "postfix"]

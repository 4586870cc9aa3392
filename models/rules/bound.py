"""What a sealed password is sealed for: it is given to no other server, whoever changes the account (C11)."""

from typing import Protocol


class Servers(Protocol):
    """Where an account logs in."""

    @property
    def smtp_host(self) -> str: ...  # noqa: D102
    @property
    def smtp_port(self) -> int: ...  # noqa: D102
    @property
    def imap_host(self) -> str: ...  # noqa: D102
    @property
    def imap_port(self) -> int: ...  # noqa: D102
    @property
    def pop3_host(self) -> str: ...  # noqa: D102
    @property
    def pop3_port(self) -> int: ...  # noqa: D102
    @property
    def ca_file(self) -> str: ...  # noqa: D102


def bound(account: Servers) -> tuple[str, ...]:
    """List the servers a password may be given to, and whom they must be vouched for by when that is not usual."""
    every = (
        (account.smtp_host, account.smtp_port),
        (account.imap_host, account.imap_port),
        (account.pop3_host, account.pop3_port),
    )
    servers = [f"{host.lower().rstrip('.')}:{port}" for host, port in every if host]
    return (*servers, f"certificates in {account.ca_file}") if account.ca_file else tuple(servers)

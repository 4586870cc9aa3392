"""A desk the workers can serve, on each database."""

import pytest

from models.store.database import Database
from tests.servers.certificates import certificates
from tests.servers.dovecot import dovecot
from tests.servers.postfix import postfix
from tests.workers.working import PASSWORD_VARIABLE, Desk, make_desk

__all__ = ["certificates", "dovecot", "postfix"]


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv(PASSWORD_VARIABLE, "secret")
    return make_desk(database)

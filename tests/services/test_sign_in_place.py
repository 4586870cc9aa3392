"""Where an account signs in when nobody said so: its preset's provider, else the only one of the desk's own."""

from functools import partial

import pytest

from models.services import consent
from models.store.database import Database
from models.types.account import NewAccount
from models.types.errors import NotAllowed
from tui.setup import accounts

PLACES = {key: f"https://login.own.test/{key}" for key in ("authorize_url", "token_url", "device_url")}


def own(database: Database, name: str) -> None:
    said = PLACES | {"client_id": "desk", "scopes": "mail"}
    database.write(partial(consent.set_provider, name=name, said=said))


def test_the_only_provider_of_ones_own_serves_addresses_no_preset_knows(database: Database) -> None:
    with pytest.raises(NotAllowed, match="provider is not known"):
        database.read(accounts.provider, NewAccount("help@desk.test"))
    own(database, "own")
    assert database.read(accounts.provider, NewAccount("help@desk.test")) == "own"
    assert database.read(accounts.provider, NewAccount("someone@gmail.com")) == "google"
    own(database, "another")
    with pytest.raises(NotAllowed, match="provider is not known"):
        database.read(accounts.provider, NewAccount("help@desk.test"))

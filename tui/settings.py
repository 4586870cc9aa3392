"""What a desk can be told from outside: one file and ``NIGHTDESK_*`` variables; an argument beats both.

A desk that only says which database it uses, the common case, is read without pydantic: checking costs 0.16 s of
import, which the first list would wait for. Anything else goes through ``tui.settings_check``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from platformdirs import user_config_path, user_data_path, user_log_path

from models.types.errors import SettingsError

PREFIX = "NIGHTDESK_"
SQLITE = "sqlite:///"
POSTGRES = "postgresql+psycopg://"


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings. ``tui.settings_check`` holds the limits."""

    database: str  # a SQLAlchemy URL
    hold_seconds: int = 13  # a sent mail waits this long for "z"; the screen counts to three less
    hostname: str = ""  # what we call ourselves to mail servers; "" = the desk's first domain
    workers: bool = True  # False: this process shows the desk, another one fetches and sends
    ansi: bool = False  # the terminal's own 16 colours
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # binding id -> keys
    key_file: str = ""  # opens sealed passwords; "" = see ``key_path``


def load(database: str = "", config: str = "") -> Settings:
    """Read the file and the environment. ``database``, ``config``: what an argument said, "" for nothing.

    Raises ``SettingsError`` with one sentence naming the setting and where it came from.
    """
    path = config_file(config)
    said = _file(path, required=bool(config or os.environ.get(f"{PREFIX}CONFIG")))
    names = {name for name in Settings.__dataclass_fields__ if f"{PREFIX}{name.upper()}" in os.environ} | set(said)
    if names - {"database"} or not isinstance(said.get("database", ""), str):
        from tui.settings_check import checked

        settings = checked(said, path)
    else:
        settings = Settings(database=os.environ.get(f"{PREFIX}DATABASE") or str(said.get("database", "")))
    url = database_url(database, "--database") if database else database_url(settings.database, _origin(path))
    return replace(settings, database=url, keys=MappingProxyType(settings.keys))


def config_file(config: str = "") -> Path:
    """Where the settings file is, or would be."""
    named = config or os.environ.get(f"{PREFIX}CONFIG", "")
    return Path(named).expanduser() if named else user_config_path("nightdesk") / "nightdesk.toml"


def key_path(settings: Settings) -> Path:
    """Where the key is that opens sealed passwords: as set, or beside an SQLite file, or in this user's data folder.

    Each desk has its own, for changing it forgets the old one.
    """
    if settings.key_file:
        return Path(settings.key_file).expanduser().absolute()
    if settings.database.startswith(SQLITE):
        return Path(f"{settings.database.removeprefix(SQLITE)}.key")
    from hashlib import sha256

    return user_data_path("nightdesk") / f"{sha256(shown_url(settings.database).encode()).hexdigest()[:12]}.key"


def log_file() -> Path:
    """Where unexpected errors are written."""
    return user_log_path("nightdesk") / "nightdesk.log"


def database_url(said: str, origin: str) -> str:
    """Turn a path or a URL into the URL of a database we can use; "" is the default file."""
    if not said:
        return f"{SQLITE}{user_data_path('nightdesk') / 'desk.db'}"
    scheme, separator, rest = said.partition("://")
    if not separator:
        return f"{SQLITE}{_file_path(said, origin)}"
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return f"{SQLITE}{_file_path(rest[1:], origin)}"
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return POSTGRES + rest
    raise SettingsError(
        f"database ({origin}) names no database nightdesk can use.",
        "Give the path of a SQLite file, or postgresql+psycopg://USER@HOST/NAME.",
    )


def _file_path(said: str, origin: str) -> Path:
    path = Path(said).expanduser().absolute()
    if path.is_dir():
        raise SettingsError(f"database ({origin}) is the folder {path}.", f"Name a file in it: {path / 'desk.db'}")
    return path


def shown_url(url: str) -> str:
    """Return the URL without its password, or the path of a SQLite file, for people."""
    if url.startswith(SQLITE):
        return url.removeprefix(SQLITE)
    scheme, _, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}://{login.partition(':')[0]}{at}{place}"


def _file(path: Path, *, required: bool) -> dict[str, object]:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        if required:
            raise SettingsError(f"The settings file {path} is not there.") from error
        return {}
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    import tomllib  # here: most desks have no file, and it costs the first frame 3 ms

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is not TOML: {error}.") from error


def _origin(path: Path) -> str:
    variable = f"{PREFIX}DATABASE"
    return f"environment variable {variable}" if os.environ.get(variable) else f"file {path}"

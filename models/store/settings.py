"""Named values of the desk, the key everything is signed with, and the counter of record numbers."""

from sqlalchemy import Integer, String, cast, insert, select, update
from sqlmodel import Session, col

from models.store.among import among, rows
from models.store.upsert import insert_into
from models.tables.all import metadata
from models.tables.desk import Setting
from models.types.errors import SettingsError

_SETTING = metadata.tables["setting"]

SIGNING_KEY = "signing_key"
NOTIFICATION_ADDRESS = "notification_address"
BOUNCE_ADDRESS = "bounce_address"  # where reports come back to; unset: chosen per sending account
AUTHSERV_ID = "authserv_id"  # our receiving server in Authentication-Results (RFC 8601)
RECORD_NUMBER = "record_number"  # the newest number given
WORKER_KEY = "worker_key"  # public half of the key secrets are sealed to, hex


def get(session: Session, key: str, default: str = "", *, lock: bool = False) -> str:
    """Read one value; ``lock``: nobody changes it before this transaction ends."""
    statement = select(col(Setting.value)).where(col(Setting.key) == key)
    found = session.scalar(statement.with_for_update(read=True) if lock else statement)
    return default if found is None else found


def several(session: Session, *keys: str) -> dict[str, str]:
    """Read those of these values that are set."""
    return {row[0]: row[1] for row in rows(session, _SEVERAL, keys)}


def put(session: Session, key: str, value: str) -> None:
    """Set one value."""
    statement = insert_into(session, Setting).values(key=key, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def put_new(session: Session, key: str, value: str) -> None:
    """Set a value only where none is."""
    session.execute(insert_into(session, Setting).values(key=key, value=value).on_conflict_do_nothing())


def names(session: Session, prefix: str) -> tuple[str, ...]:
    """List what stands behind this prefix in the keys that begin with it."""
    found = session.scalars(select(col(Setting.key)).where(col(Setting.key).startswith(prefix, autoescape=True)))
    return tuple(sorted(key.removeprefix(prefix) for key in found))


def signing_key(session: Session) -> bytes:
    """Return the desk's 32-byte key. ``SettingsError`` when the desk was never set up."""
    return as_key(get(session, SIGNING_KEY))


def as_key(value: str) -> bytes:
    """Read the desk's key as it is kept. ``SettingsError`` when there is none."""
    if not value:
        raise SettingsError("This database has no desk yet.", "Run: nightdesk init")
    return bytes.fromhex(value)


def next_number(session: Session) -> int:
    """Give the next record number; on PostgreSQL others wait for this transaction's end."""
    found = session.scalar(_NEXT_NUMBER)
    if found is None:
        session.execute(insert(Setting).values(key=RECORD_NUMBER, value="1001"))
        return 1001
    return int(found)


# Built once: building a statement costs more than running it.
_NEXT_NUMBER = (
    update(_SETTING)
    .where(_SETTING.c.key == RECORD_NUMBER)
    .values(value=cast(cast(_SETTING.c.value, Integer) + 1, String))
    .returning(_SETTING.c.value)
)
_SEVERAL = select(_SETTING.c.key, _SETTING.c.value).where(among(_SETTING.c.key))

"""Seal and open secrets for one desk: the public key is in its database, the private one in the worker's key file."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from models.services import key_file, sealing
from models.services.sealing import KeyPair
from models.store import sealed, settings
from models.store.database import Database
from models.types.errors import SettingsError
from models.types.secret import Secret


@dataclass(frozen=True, slots=True)
class KeyState:
    """How a desk's key fares, as this process sees it. ``path`` None: it has no place here."""

    path: Path | None
    key: str  # id of the key new secrets are sealed to; "" = none was made
    here: tuple[str, ...]  # ids of the keys in the file
    sealed: Mapping[str, int]  # how many secrets each key opens

    @property
    def opens_all(self) -> bool:
        """Whether every sealed secret can be opened here."""
        return set(self.sealed) <= set(self.here)


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a change of key did."""

    key: str
    resealed: int
    lost: int  # secrets no key here opens; they must be typed again


def ensure_key(session: Session) -> bool:
    """Make the desk's key unless it has one, first in the file, then in the database; True when it has one now.

    Only where a worker runs. False: this desk has no place for a key here.
    """
    if settings.get(session, settings.WORKER_KEY):
        return True
    path = place(session)
    if path is None:
        return False
    pairs = key_file.read(path)
    if not pairs:
        pairs = (sealing.new_pair(),)
        try:
            key_file.write(path, pairs, new=True)
        except FileExistsError:
            pairs = key_file.read(path)
    settings.put_new(session, settings.WORKER_KEY, pairs[0].public)
    return True


def seal(session: Session, secret: str, bound: Collection[str] = ()) -> str:
    """Return ``secret`` as sealed text. ``bound``: see ``sealing``. The key cannot change before this transaction ends.

    ``SettingsError``: the desk has no key yet.
    """
    public = settings.get(session, settings.WORKER_KEY, lock=True)
    if not public:
        raise SettingsError(
            "The desk has no key yet to seal passwords to.", "Run nightdesk worker once, where the mail is sent from."
        )
    return sealing.seal(public, secret, bound)


def unseal(session: Session, reference: str, used: Collection[str] | None = ()) -> Secret:
    """Open sealed text; only where the key is. ``SettingsError`` says what is missing."""
    return sealing.unseal(reference, ring(session), used)


def place(session: Session) -> Path | None:
    """Say where the key file is, or would be; None: it has no place here."""
    return key_file.credential() or session.info.get("key_file")


def ring(session: Session) -> dict[str, KeyPair]:
    """Read the keys this process has, by id. ``SettingsError`` when it has none."""
    path = place(session)
    pairs = key_file.read(path) if path else ()
    if not pairs:
        raise SettingsError(
            f"The key that opens sealed passwords is not at {path}." if path else "No key file is set.",
            "Put it there, or name its place with key_file in the settings.",
        )
    return {pair.id: pair for pair in pairs}


def openable(session: Session) -> frozenset[str]:
    """Say which keys this process has, by id: none is fine."""
    try:
        return frozenset(ring(session))
    except SettingsError:
        return frozenset()


def state(session: Session) -> KeyState:
    """Say how the key fares. ``SettingsError`` when its file is there and cannot be used."""
    path = place(session)
    public = settings.get(session, settings.WORKER_KEY)
    here = tuple(pair.id for pair in key_file.read(path)) if path else ()
    counts = Counter(sealing.sealed_to(text) for _, _, text in sealed.texts(session))
    return KeyState(path, sealing.key_id(public) if public else "", here, counts)


def rotate(database: Database, *, lost: bool = False) -> Rotated:
    """Seal everything to a new key. At every moment the file opens what the database holds, whenever it is ended.

    The file gets the new key beside the old ones, then the database is changed in one transaction, then the file
    forgets the old ones. ``lost``: go on although some secrets cannot be opened; they stay as they are.
    """
    path = database.key_file
    if path is None or key_file.credential():
        raise SettingsError(
            "No key file is set." if path is None else "The key is a credential of systemd, which we cannot change.",
            "Say which file to change: nightdesk key rotate --key-file FILE",
        )
    with key_file.locked(path):
        old, new = key_file.read(path), sealing.new_pair()
        key_file.write(path, (new, *old))
        try:
            done = database.write(_reseal, {pair.id: pair for pair in old}, new, lost=lost)
        except SettingsError:
            key_file.write(path, old)
            raise
        key_file.write(path, (new,))
    return done


def _reseal(session: Session, old: Mapping[str, KeyPair], new: KeyPair, *, lost: bool) -> Rotated:
    settings.put(session, settings.WORKER_KEY, new.public)  # first: whoever seals meanwhile waits for us
    found = list(sealed.texts(session, lock=True))
    unknown = [text for _, _, text in found if sealing.sealed_to(text) not in old]
    if unknown and not lost:
        raise SettingsError(
            f"{len(unknown)} of {len(found)} sealed secrets are sealed to a key that is not here.",
            "Run this where the key is. If it is lost, add --lost and type those again.",
        )
    for place, row_id, text in found:
        if sealing.sealed_to(text) in old:
            sealed.put(session, place, row_id, sealing.reseal(text, old, new.public))
    return Rotated(new.id, len(found) - len(unknown), len(unknown))

"""Seal a secret to the worker's public key, so that whoever may write it cannot read it (C11).

A sealed text carries what it was sealed for, such as an account's servers: whoever can only write the database can
neither read it nor have the worker send it elsewhere. PyNaCl's SealedBox: X25519, XSalsa20-Poly1305.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from models.types.errors import SettingsError
from models.types.secret import Secret

PREFIX = "sealed:"
_BLOCK = 64  # lengths are rounded up, for a sealed text tells how long it is


@dataclass(frozen=True, slots=True)
class KeyPair:
    """What seals (``public``) and what opens (``private``), each 32 bytes in hex."""

    public: str
    private: str = field(repr=False)

    @property
    def id(self) -> str:
        """The name in sealed texts."""
        return key_id(self.public)


def new_pair() -> KeyPair:
    """Make a pair nobody had before."""
    from nacl.public import PrivateKey

    return _pair(PrivateKey.generate().encode())


def pair_of(private: str) -> KeyPair:
    """Complete a pair from its private half; ``ValueError`` when it is none."""
    return _pair(bytes.fromhex(private))


def key_id(public: str) -> str:
    """Name a public key."""
    return sha256(bytes.fromhex(public)).hexdigest()[:8]


def sealed_to(reference: str) -> str:
    """Say which key opens a sealed text, by its id; "" for another text."""
    return reference.removeprefix(PREFIX).partition(":")[0] if reference.startswith(PREFIX) else ""


def seal(public: str, secret: str, bound: Collection[str] = ()) -> str:
    """Return ``sealed:ID:TEXT``. ``bound``: it opens only for a use that names nothing else."""
    from nacl.public import PublicKey, SealedBox

    content = json.dumps({"secret": str(secret), "bound": sorted(bound)}).encode()
    content += b" " * (-len(content) % _BLOCK)
    box = SealedBox(PublicKey(bytes.fromhex(public)))
    return f"{PREFIX}{key_id(public)}:{urlsafe_b64encode(box.encrypt(content)).decode()}"


def unseal(reference: str, ring: Mapping[str, KeyPair], used: Collection[str] | None) -> Secret:
    """Open a sealed text with one of these keys (by id). ``used`` must all have been named when it was sealed.

    ``used`` None: whatever it is for, as when it is sealed again. ``SettingsError`` never says what was read.
    """
    secret, bound = _opened(reference, ring)
    elsewhere = () if used is None else sorted(set(used) - set(bound))
    if elsewhere:
        raise SettingsError(
            f"The sealed password was not typed for {' and '.join(elsewhere)}.", "Type it again for these servers."
        )
    return secret


def reseal(reference: str, ring: Mapping[str, KeyPair], public: str) -> str:
    """Seal what is inside to another key, for the same use."""
    secret, bound = _opened(reference, ring)
    return seal(public, secret, bound)


def _pair(private: bytes) -> KeyPair:
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey

    try:
        return KeyPair(PrivateKey(private).public_key.encode().hex(), private.hex())
    except (TypeError, CryptoError) as error:
        raise ValueError("this is no key") from error


def _opened(reference: str, ring: Mapping[str, KeyPair]) -> tuple[Secret, list[str]]:
    from nacl.exceptions import CryptoError
    from nacl.public import PrivateKey, SealedBox

    pair = ring.get(sealed_to(reference))
    if pair is None:
        raise SettingsError(
            "It is sealed to a key that is not here.", "Run the worker where the key is, or type the secret again."
        )
    try:
        box = SealedBox(PrivateKey(bytes.fromhex(pair.private)))
        found = json.loads(box.decrypt(urlsafe_b64decode(reference.rpartition(":")[2])))
    except (CryptoError, ValueError) as error:
        raise SettingsError("What is sealed was damaged.", "Type the secret again.") from error
    return Secret(found["secret"]), list(found["bound"])

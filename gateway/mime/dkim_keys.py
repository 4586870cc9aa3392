"""Make a key pair to sign mail with."""

import subprocess
from base64 import b64encode

from models.types.dkim import Algorithm, NewKey
from models.types.errors import SettingsError
from models.types.secret import Secret

RSA_BITS = 2048  # what every receiver checks and a name server holds; RFC 8301 3.2
SECONDS = 60


def make(algorithm: Algorithm) -> NewKey:
    """Make a pair. ``SettingsError`` when this machine cannot make one of this kind."""
    return _ed25519() if algorithm is Algorithm.ED25519 else _rsa()


def _ed25519() -> NewKey:
    from nacl.signing import SigningKey

    pair = SigningKey.generate()
    public = b64encode(pair.verify_key.encode()).decode()
    return NewKey(Algorithm.ED25519, public, Secret(b64encode(pair.encode()).decode()))


def _rsa() -> NewKey:
    # through pipes only: the key is in no file and no process list
    private = _openssl("genrsa", str(RSA_BITS))
    public = _openssl("rsa", "-pubout", "-outform", "DER", given=private)
    return NewKey(Algorithm.RSA, b64encode(public).decode(), Secret(private.decode("ascii")))


def _openssl(*arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["openssl", *arguments],  # noqa: S607 - wherever the system has it
            input=given, capture_output=True, timeout=SECONDS, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise SettingsError(
            "An RSA key needs the openssl program, which is not here or failed.",
            "Install openssl, or make the other kind: nightdesk dkim make DOMAIN --algorithm ed25519",
        ) from error
    return done.stdout

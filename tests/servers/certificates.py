"""A throw-away authority and a certificate for 127.0.0.1 and localhost, made by openssl once a test session."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import need


@dataclass(frozen=True)
class Certificates:
    ca: Path
    certificate: Path
    key: Path
    misnamed: Path  # by the same authority, for elsewhere.test

    def server_context(self, *, misnamed: bool = False) -> ssl.SSLContext:
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.load_cert_chain(self.misnamed if misnamed else self.certificate, self.key)
        return made


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"))


def make_certificates(folder: Path) -> Certificates:
    openssl = need("openssl", "openssl")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    (folder / "extensions").write_text(
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
    )
    (folder / "elsewhere").write_text("subjectAltName=DNS:elsewhere.test\nextendedKeyUsage=serverAuth\n")
    sign = ("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30")
    for command in (
        ("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=test authority",
         "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        ("req", *curve, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost"),
        (*sign, "-extfile", "extensions", "-out", "server.pem"),
        (*sign, "-extfile", "elsewhere", "-out", "misnamed.pem"),
    ):  # fmt: skip
        subprocess.run((openssl, *command), cwd=folder, check=True, capture_output=True)
    return Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key", folder / "misnamed.pem")

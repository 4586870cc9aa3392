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
    folder: Path

    def server_context(self, *, misnamed: bool = False) -> ssl.SSLContext:
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.load_cert_chain(self.misnamed if misnamed else self.certificate, self.key)
        return made

    def bad_context(self, kind: str) -> ssl.SSLContext:
        """One nobody should believe: misnamed, expired, future, selfsigned or by a stranger."""
        path = self.folder / f"{kind}.pem"
        if not path.exists():
            _make_bad(self.folder, kind)
        made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.load_cert_chain(path, self.key)
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
    return Certificates(
        folder / "ca.pem", folder / "server.pem", folder / "server.key", folder / "misnamed.pem", folder
    )


def _make_bad(folder: Path, kind: str) -> None:
    openssl = need("openssl", "openssl")
    command: tuple[str, ...]
    if kind == "selfsigned":
        command = ("req", "-x509", "-key", "server.key", "-days", "30", "-subj", "/CN=localhost",
                   "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", "selfsigned.pem")  # fmt: skip
        subprocess.run((openssl, *command), cwd=folder, check=True, capture_output=True)
        return
    if kind == "stranger":
        command = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "stranger.key", "-out", "strangerca.pem",
                   "-days", "30", "-subj", "/CN=a stranger")  # fmt: skip
        subprocess.run((openssl, *command), cwd=folder, check=True, capture_output=True)
        authority, dates = ("strangerca.pem", "stranger.key"), ("20200101000000Z", "20991231000000Z")
    else:
        authority = ("ca.pem", "ca.key")
        dates = ("20200101000000Z", "20200201000000Z") if kind == "expired" else ("20980101000000Z", "20991231000000Z")
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("0A\n")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
        "unique_subject=no\n[p]\ncommonName=supplied\n"
    )
    sign = ("ca", "-batch", "-config", "ca.cnf", "-cert", authority[0], "-keyfile", authority[1], "-in", "server.csr",
            "-extfile", "extensions", "-startdate", dates[0], "-enddate", dates[1], "-out", f"{kind}.pem",
            "-notext")  # fmt: skip
    subprocess.run((openssl, *sign), cwd=folder, check=True, capture_output=True)

"""``nightdesk inspect``: what it prints can be printed anywhere."""

import io
import json
from pathlib import Path

import pytest

from tui.cli.inspect import run

HOSTILE = (
    'From: \x1b[2J"Boss" <boss@x.example>\r\nTo: a@x.example\r\n'
    "Subject: =?utf-8?Q?a=1B]52;c;x=07=0D=0ABcc:_b=E2=80=AE?=\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody \x1b[31m \x9b \u202e [/b]\r\n--b\r\n"
    'Content-Disposition: attachment; filename="a\x1b[0m.txt"\r\n\r\nx\r\n--b--\r\n'
)


def inspected(path: Path, **how: bool) -> str:
    out = io.StringIO()
    assert run([str(path)], batch=how.get("batch", False), as_json=how.get("as_json", False), out=out) == 0
    return out.getvalue()


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "mail.eml"
    path.write_bytes(HOSTILE.encode())
    return path


def steering(text: str) -> set[str]:
    return {
        char
        for char in text
        if (ord(char) < 32 and char not in "\n") or 127 <= ord(char) < 160 or char in "\u202e\u2066"
    }


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_printed_steers_a_terminal(mail: Path, as_json: bool) -> None:
    assert not steering(inspected(mail, as_json=as_json))


def test_json_holds_what_the_gateway_sees(mail: Path) -> None:
    form = json.loads(inspected(mail, as_json=True))
    assert form["from"][0]["email"] == "boss@x.example"
    assert form["subject"] == "a␛]52;c;x␇ Bcc: b�"
    assert form["text"] == "body ␛[31m � � [/b]"
    assert form["attachments"] == [{"name": "a[0m.txt", "type": "text/plain", "size": 1, "part": "2", "inline": False}]


def test_batch_answers_each_path_in_order(mail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Typed:
        buffer = io.BytesIO(f"{mail}\n/no/such/file\n{mail}\n".encode())

    monkeypatch.setattr("sys.stdin", Typed)
    lines = inspected(mail, batch=True).splitlines()
    assert [("error" in json.loads(line)) for line in lines] == [False, True, False]


def test_a_missing_file_is_said_and_counts(tmp_path: Path) -> None:
    out = io.StringIO()
    assert run([str(tmp_path / "none")], batch=False, as_json=True, out=out) == 1
    assert "No such file" in json.loads(out.getvalue())["error"]

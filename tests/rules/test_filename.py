import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.filename import safe


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("report.pdf", "report.pdf"),
        ("Grüße aus Köln.txt", "Grüße aus Köln.txt"),
        ("../../.ssh/authorized_keys", "_.._.ssh_authorized_keys"),
        ("C:\\Windows\\win.ini", "C__Windows_win.ini"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("~root", "root"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("COM1.tar.gz", "_COM1.tar.gz"),
        ("console.txt", "console.txt"),
        ("in\u202excod.exe", "inxcod.exe"),
        ("a\x00b\x1b[2J.txt", "ab[2J.txt"),
        ("two\r\nlines.txt", "two lines.txt"),
        ("line\u2028separator", "line separator"),
        ("trailing. . ", "trailing"),
        ("  spaced   out .txt", "spaced out .txt"),
        ("what?.txt", "what_.txt"),
        ("lone\ud800surrogate", "lonesurrogate"),
        ("u\u0308ber", "über"),
    ],
)
def test_names(name: str, saved: str) -> None:
    assert safe(name) == saved


@pytest.mark.parametrize("name", ["", " ", ".", "..", "...", "-", "\x00", "\u200b", " .~- "])
def test_what_is_left_without_a_name_gets_one(name: str) -> None:
    assert safe(name) == "attachment"
    assert safe(name, "application/PDF") == "attachment.pdf"
    assert safe(name, "x/../y") == "attachment"


def test_a_long_name_keeps_its_extension() -> None:
    saved = safe("ü" * 5000 + ".tar.gz")
    assert saved.endswith(".gz")
    assert len(saved.encode()) <= 255


def test_a_long_extension_is_no_extension() -> None:
    assert len(safe("a." + "b" * 5000).encode()) <= 255


TRICKY = st.text(
    st.sampled_from('./\\~- \t\r\n\0conCONux1:*?"<>|\u202e\u2028\ud800é漢😀') | st.characters(), max_size=400
)


@given(TRICKY)
def test_every_name_is_one_harmless_component(name: str) -> None:
    saved = safe(name, "text/plain")
    assert saved
    assert not set(saved) & set('/\\:*?"<>|\r\n\t\0')
    assert saved[0] not in ".-~ "
    assert saved[-1] not in " ."
    assert len(saved.encode()) <= 255
    assert saved.partition(".")[0].strip().lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    assert all(unicodedata.category(c)[0] != "C" for c in saved)
    assert safe(saved, "text/plain") == saved

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from models.types.errors import SettingsError
from tui import settings
from tui.settings_check import _Limits


def write(text: str) -> Path:
    path = settings.config_file()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_nothing_said_is_one_file_in_the_data_folder(home: Path) -> None:
    assert settings.load() == settings.Settings(f"sqlite:///{home}/data/nightdesk/desk.db")


def test_argument_beats_environment_beats_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write('database = "/from/file.db"\nhold_seconds = 20\nansi = true')
    assert settings.load().database == "sqlite:////from/file.db"
    monkeypatch.setenv("NIGHTDESK_DATABASE", "/from/environment.db")
    monkeypatch.setenv("NIGHTDESK_HOLD_SECONDS", "30")
    found = settings.load()
    assert (found.database, found.hold_seconds, found.ansi) == ("sqlite:////from/environment.db", 30, True)
    assert settings.load("~/argument.db").database == f"sqlite:///{home}/argument.db"


def test_the_file_can_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "other.toml"
    elsewhere.write_text("hold_seconds = 5")
    assert settings.load(config=str(elsewhere)).hold_seconds == 5
    monkeypatch.setenv("NIGHTDESK_CONFIG", str(elsewhere))
    assert settings.load().hold_seconds == 5


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("desk.db", f"sqlite:///{Path.cwd()}/desk.db"),
        ("/a b/desk.db", "sqlite:////a b/desk.db"),
        ("sqlite:////a/desk.db", "sqlite:////a/desk.db"),
        ("sqlite:///desk.db", f"sqlite:///{Path.cwd()}/desk.db"),
        ("postgresql://u:p@h/desk", "postgresql+psycopg://u:p@h/desk"),
        ("postgres://h/desk", "postgresql+psycopg://h/desk"),
        ("postgresql+psycopg://h/desk", "postgresql+psycopg://h/desk"),
    ],
)
def test_paths_and_urls(said: str, url: str) -> None:
    assert settings.database_url(said, "test") == url


@pytest.mark.parametrize(
    ("text", "environment", "parts"),
    [
        ("hold_seconds = 'soon'", {}, ("hold_seconds", "nightdesk.toml", "integer")),
        ("hold_seconds = 9000", {}, ("hold_seconds", "nightdesk.toml", "600")),
        ("hold = 3", {}, ("hold", "nightdesk.toml", "not a setting")),
        ("database = 3", {"NIGHTDESK_ANSI": "true"}, ("database", "nightdesk.toml", "string")),
        ("", {"NIGHTDESK_WORKERS": "perhaps"}, ("workers", "NIGHTDESK_WORKERS", "boolean")),
        ("", {"NIGHTDESK_KEYS": "take=t"}, ("keys", "NIGHTDESK_KEYS", "JSON")),
        ("", {"NIGHTDESK_DATABASE": "mysql://u:secret@h/desk"}, ("database", "NIGHTDESK_DATABASE")),
        ("", {"NIGHTDESK_HOSTNAME": "a\nb"}, ("hostname", "NIGHTDESK_HOSTNAME")),
        ("database = ", {}, ("nightdesk.toml", "TOML")),
    ],
)
def test_every_fault_names_the_setting_and_where_it_came_from(
    text: str, environment: dict[str, str], parts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    sentence = str(caught.value)
    assert all(part in sentence for part in parts)
    assert "secret" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("form", ["{}", "sqlite:///{}"])
def test_a_folder_is_no_database(tmp_path: Path, form: str) -> None:
    with pytest.raises(SettingsError, match=f"^database .--database. is the folder {tmp_path}.$") as refused:
        settings.load(form.format(tmp_path))
    assert refused.value.remedy == f"Name a file in it: {tmp_path / 'desk.db'}"


def test_a_database_that_is_no_string_is_refused() -> None:
    write("database = 3")
    with pytest.raises(SettingsError, match="database"):
        settings.load()


def test_a_named_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not there"):
        settings.load(config=str(tmp_path / "gone.toml"))


def test_the_checked_settings_are_the_settings() -> None:
    said = {each.name: each.default for each in fields(settings.Settings) if each.name not in ("database", "keys")}
    checked = {name: field.default for name, field in _Limits.model_fields.items() if name not in ("database", "keys")}
    assert said == checked


def test_a_desk_that_names_its_database_waits_for_no_pydantic(home: Path) -> None:
    write('database = "/x/desk.db"')
    script = "import sys; from tui.settings import load; load(); print('pydantic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_passwords_are_not_shown() -> None:
    assert settings.shown_url("postgresql+psycopg://u:p@h/desk") == "postgresql+psycopg://u@h/desk"
    assert settings.shown_url("postgresql+psycopg://h/desk") == "postgresql+psycopg://h/desk"
    assert settings.shown_url("sqlite:////a/desk.db") == "/a/desk.db"

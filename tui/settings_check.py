"""The limits of the settings, checked by pydantic-settings; each fault is one sentence that says where it stands."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from models.types import errors
from tui.settings import PREFIX, Settings


class _Limits(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid")

    database: str = ""
    hold_seconds: Annotated[int, Field(ge=0, le=600)] = 13
    hostname: Annotated[str, Field(max_length=255, pattern=r"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)?$")] = ""
    workers: bool = True
    ansi: bool = False
    keys: dict[str, str] = Field(default_factory=dict)
    key_file: Annotated[str, Field(max_length=1000)] = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment beats the file, whose values come as arguments."""
        return env_settings, init_settings


def checked(said: dict[str, Any], path: Path) -> Settings:
    """Check what the file said together with the environment. ``database`` stays as it was written."""
    try:
        found = _Limits(**said)
    except SettingsError as error:  # a value in the environment that is not JSON
        raise errors.SettingsError(
            f'keys (environment variable {PREFIX}KEYS) is not JSON such as {{"take": "t"}}.'
        ) from error
    except ValidationError as error:
        raise _sentence(error, path) from error
    return Settings(**found.model_dump())


def _sentence(error: ValidationError, path: Path) -> errors.SettingsError:
    """Name the first fault; the value itself is not shown, it may be a secret."""
    fault = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in fault["loc"])
    variable = f"{PREFIX}{str(fault['loc'][0]).upper()}"
    origin = f"environment variable {variable}" if variable in os.environ else f"file {path}"
    if fault["type"] == "extra_forbidden":
        known = ", ".join(_Limits.model_fields)
        return errors.SettingsError(f"{name} ({origin}) is not a setting.", f"The settings are: {known}.")
    words = fault["msg"][:1].lower() + fault["msg"][1:]
    return errors.SettingsError(f"{name} ({origin}) cannot be used: {words}.")

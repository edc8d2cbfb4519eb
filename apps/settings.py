"""Every knob, in one place: flag > environment `TELLTALE_*` > TOML file > default. Nothing else reads the environment."""

from __future__ import annotations

import logging
import os
import tomllib
import warnings
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_config_path, user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from recordings.errors import UserError, plain

Fusion = Literal["auto", "always", "never"]
PREFIX = "TELLTALE_"

# Set before torch and transformers are loaded; a value that the user already gave wins.
_QUIET = {
    "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads more than double the harm of a busy neighbour
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",  # nothing about a recording leaves the machine by accident
}
_LOUD = (
    "transformers",
    "sentence_transformers",
    "huggingface_hub",
    "chromadb",
    "httpx",
    "openai",
    "langchain",
    "torch",
)


class Settings(BaseSettings):
    """What the user may set. The names are the flags' (`--audio-model`), the variables' (`TELLTALE_AUDIO_MODEL`) and the file's (`audio_model`)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=False)

    data: Path | None = Field(default=None, description="folder with the public data sets")
    llm: str = Field(default="embedded", description="embedded, an OpenAI-compatible URL, or provider:model")
    llm_timeout_s: float = Field(default=60.0, gt=0, description="seconds to wait for an answer of the endpoint")
    llm_retries: int = Field(default=2, ge=0, description="further attempts when the endpoint fails")
    llm_api_key: SecretStr | None = Field(default=None, description="key of the endpoint")
    fusion: Fusion = Field(default="auto", description="when the language model decides")
    motion_model: str = Field(default="shipped", description="shipped, or a checkpoint folder")
    audio_model: str = Field(default="shipped", description="shipped, a checkpoint folder, or yamnet:PATH")
    experts: str = Field(
        default="motion", description="who reads the motion: motion, or also sensorllm, llasa, sensorlm"
    )
    sensorllm_model: str = Field(default="shipped", description="shipped, or the folder of a tuned checkpoint")
    llasa_model: str = Field(default="shipped", description="shipped, or the folder of a trained LLaSA")
    sensorlm_model: str = Field(default="shipped", description="shipped, or the folder of a trained SensorLM")
    exemplars: str = Field(
        default="shipped", description="shipped, none, or the folder of a store of labelled examples"
    )
    labelled_sounds: str = Field(default="none", description="none, or the folder of a store of labelled sounds")
    units: str | None = Field(default=None, description="unit of the acceleration, where the file does not say")
    rate: float | None = Field(default=None, gt=0, description="samples per second, where the file does not say")
    position: str | None = Field(default=None, description="where the device was worn")
    exclude_subject: str | None = Field(default=None, description="person whose examples must not be recalled")
    cache_dir: Path | None = Field(default=None, description="folder for what can be fetched again")
    home: Path = Field(
        default_factory=lambda: user_data_path("telltale", appauthor=False), description="conversations and stores"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def api_key(self) -> str | None:
        """The key for `llm`. OPENAI_API_KEY goes to OpenAI alone, never to whatever URL was named."""
        if self.llm_api_key is not None:
            return self.llm_api_key.get_secret_value()
        if self.llm.startswith(("openai:", "https://api.openai.com/")):
            return os.environ.get("OPENAI_API_KEY")
        return None


def default_config() -> Path:
    return user_config_path("telltale", appauthor=False) / "config.toml"


def default_cache() -> Path:
    """What can be made or fetched again: the opened store of the shipped examples."""
    return user_cache_path("telltale", appauthor=False)


def load_settings(config: Path | None = None, **flags: object) -> Settings:
    """The settings in force. A flag that is None was not given. UserError names the flag, variable or line to cure."""
    prepare_environment()
    named = config or (Path(os.environ[PREFIX + "CONFIG"]) if os.environ.get(PREFIX + "CONFIG") else None)
    path = named or default_config()
    if named is not None and not named.is_file():
        raise UserError(
            named, expected="a TOML file of settings", found="no such file", cure="check --config (or TELLTALE_CONFIG)"
        )
    given = {name: value for name, value in flags.items() if value is not None}

    class Here(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return Here(**given)  # type: ignore[arg-type]
    except tomllib.TOMLDecodeError as failure:
        raise UserError(path, expected="TOML (name = value)", found=failure, cure="correct that line") from failure
    except ValidationError as failure:
        raise _cure(failure, given, path) from failure


def _cure(failure: ValidationError, given: dict[str, object], path: Path) -> UserError:
    first = failure.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    flag, variable = "--" + name.replace("_", "-"), PREFIX + name.upper()
    known = ", ".join(Settings.model_fields)
    if first["type"] == "extra_forbidden":
        return UserError(
            f"{path}: {plain(name)}", expected=f"one of {known}", found="an unknown setting", cure="remove it"
        )
    if name in given:
        where = flag
    elif variable in {key.upper() for key in os.environ}:
        where = variable
    else:
        where = f"{path}: {name}"
    message = str(first["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    return UserError(
        where,
        expected=message,
        found=repr(plain(first["input"])),
        cure=f"correct it ({flag} or {variable} wins over the file)",
    )


def prepare_environment() -> None:
    """Before the first heavy import: quiet libraries, patient threads. Idempotent."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)

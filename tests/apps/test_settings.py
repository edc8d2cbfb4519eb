"""flag > environment > file > default, and the key goes only where it belongs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from apps.settings import Settings, load_settings
from recordings import UserError


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("TELLTALE_") or name == "OPENAI_API_KEY":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def config(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return path


def test_defaults() -> None:
    settings = load_settings()
    assert (settings.llm, settings.fusion, settings.data) == ("embedded", "auto", None)


def test_each_source_wins_over_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = config(tmp_path, 'fusion = "never"\nllm = "openai:file"\nposition = "hip"\n')
    monkeypatch.setenv("TELLTALE_LLM", "openai:variable")
    monkeypatch.setenv("TELLTALE_POSITION", "wrist")
    settings = load_settings(path, position="waist", llm=None)
    assert (settings.fusion, settings.llm, settings.position) == ("never", "openai:variable", "waist")


def test_the_users_own_file_is_found(tmp_path: Path) -> None:
    own = tmp_path / "config" / "telltale" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text('fusion = "always"\n')
    assert load_settings().fusion == "always"


def test_a_file_can_be_named_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLTALE_CONFIG", str(config(tmp_path, 'fusion = "always"\n')))
    assert load_settings().fusion == "always"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('fusion = "x"', "fusion: expected 'auto', 'always' or 'never', found 'x'"),
        ("fusoin = 1", "fusoin: expected one of data, llm"),
        ("= 1", "expected TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(UserError, match=re.escape(where)) as caught:
        load_settings(config(tmp_path, text))
    assert "settings.toml" in str(caught.value)


def test_a_mistake_in_a_variable_and_in_a_flag_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"^--rate: expected"):
        load_settings(rate=-1.0)
    monkeypatch.setenv("TELLTALE_FUSION", "x")
    with pytest.raises(UserError, match=r"^TELLTALE_FUSION: expected"):
        load_settings()


def test_the_key_is_hidden_and_openais_goes_to_openai_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    assert load_settings(llm="openai:gpt-x").api_key() == "sk-openai"
    assert load_settings(llm="http://localhost:8000/v1#m").api_key() is None
    assert load_settings(llm="https://api.openai.com.example.org/v1#m").api_key() is None
    monkeypatch.setenv("TELLTALE_LLM_API_KEY", "sk-own")
    own = load_settings(llm="http://localhost:8000/v1#m")
    assert own.api_key() == "sk-own"
    assert "sk-own" not in repr(own)


def test_the_environment_is_read_in_one_place() -> None:
    root = Path(__file__).resolve().parents[2]
    packages = ("recordings", "models", "tools", "agents", "evals", "apps")
    readers = {
        path.relative_to(root).as_posix()
        for package in packages
        for path in (root / package).rglob("*.py")
        if re.search(r"os\.environ|os\.getenv|getenv\(", path.read_text("utf-8"))
    }
    assert readers == {"apps/settings.py"}


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())

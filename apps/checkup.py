"""What `telltale doctor` looks at. Every finding carries its reason."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from apps.checkpoints import checkpoints
from apps.settings import Settings, default_config
from apps.versions import PACKAGES, version_of
from recordings import UserError

EXTRAS = {"timeseries": "aeon", "yamnet": "ai_edge_litert"}
SLOW_START_S = 0.3


@dataclass(frozen=True, slots=True)
class Finding:
    """state: ok, missing (an optional thing is not there) or broken (something named does not work)."""

    topic: str
    state: str
    found: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def checkup(settings: Settings) -> list[Finding]:
    """Everything, in the order of the table. Only an endpoint that was named is contacted."""
    parts: list[Callable[[], list[Finding]]] = [
        _machine,
        _versions,
        lambda: _models(settings),
        lambda: _language_model(settings),
        _formats,
        _extras,
        lambda: _data(settings),
        lambda: _folders(settings),
        _startup,
    ]
    return [finding for part in parts for finding in part()]


def _machine() -> list[Finding]:
    from models.motion.predictor import pick_device

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    device = str(pick_device("auto"))
    reason = "no CUDA device" if device == "cpu" else "a CUDA device was found"
    return [
        Finding("python", "ok", platform.python_version(), f"{platform.system()} {platform.machine()}, {cores} cores"),
        Finding("device", "ok", device, reason),
    ]


def _versions() -> list[Finding]:
    found = {name: version_of(name) for name in PACKAGES}
    return [
        Finding(name, "ok" if said else "broken", said or "not installed", "" if said else "install Telltale again")
        for name, said in found.items()
    ]


def _models(settings: Settings) -> list[Finding]:
    findings = []
    for one in checkpoints(settings.cache_dir):
        if one.role == "language model":
            continue
        size = f", {one.bytes / 1e6:.1f} MB" if one.bytes else ""
        findings.append(
            Finding(
                f"{one.role} model",
                "ok" if one.found else "broken",
                f"{one.name} {one.revision}",
                f"{one.origin}, {one.licence}{size}",
            )
        )
    for role in ("motion", "audio"):
        if not any(one.topic == f"{role} model" for one in findings):
            findings.append(Finding(f"{role} model", "broken", "no checkpoint", f"train one: telltale train {role}"))
    return findings


def _language_model(settings: Settings) -> list[Finding]:
    if settings.llm == "embedded":
        one = next(c for c in checkpoints(settings.cache_dir) if c.role == "language model")
        reason = f"{one.origin}, {one.licence}" + (f", {one.bytes / 1e6:.0f} MB" if one.bytes else "")
        return [Finding("language model", "ok" if one.found else "missing", f"{one.name} {one.revision}", reason)]
    from agents.language import open_language_model

    key = "with a key" if settings.api_key() else "without a key"
    try:
        model = open_language_model(
            settings.llm, cache_dir=settings.cache_dir, api_key=settings.api_key(), timeout_s=5.0, retries=0
        )
        model.write("You are being tested.", "Say OK.", max_tokens=4)
    except UserError as failure:
        return [Finding("language model", "broken", settings.llm, f"{failure} ({key})")]
    return [Finding("language model", "ok", f"{model.name} {model.revision}", f"answered, {key}")]


def _formats() -> list[Finding]:
    from recordings.formats import READERS

    names = ", ".join(reader.name for reader in READERS)
    findings = [Finding("formats", "ok", f"{names}, folders, zips", "the content decides, not the suffix")]
    if find_spec("soundfile") is None:
        findings.append(Finding("sound files", "broken", "soundfile is not installed", "install Telltale again"))
    return findings


def _extras() -> list[Finding]:
    return [
        Finding(
            f"extra {extra}",
            "ok" if find_spec(module) else "missing",
            module if find_spec(module) else "not installed",
            "" if find_spec(module) else f'pip install "telltale[{extra}]" when you want it',
        )
        for extra, module in EXTRAS.items()
    ]


def _data(settings: Settings) -> list[Finding]:
    if settings.data is None:
        return [
            Finding("data", "missing", "none named", "only evaluation and training need it: --data or TELLTALE_DATA")
        ]
    if not settings.data.is_dir():
        return [Finding("data", "broken", str(settings.data), "no such folder")]
    from recordings.datasets import DATASETS

    here = [name for name in DATASETS if (settings.data / name).is_dir()]
    return [
        Finding(
            "data",
            "ok" if here else "broken",
            str(settings.data),
            f"holds {', '.join(here) or 'none of the public sets'}",
        )
    ]


def _folders(settings: Settings) -> list[Finding]:
    config = default_config()
    findings = [
        Finding(
            "settings file",
            "ok" if config.is_file() else "missing",
            str(config),
            "read" if config.is_file() else "not there; defaults hold",
        )
    ]
    place = _existing(settings.home)
    free = shutil.disk_usage(place).free / 1e9
    writable = os.access(place, os.W_OK)
    reason = f"{free:.1f} GB free" if writable else "cannot be written"
    findings.append(Finding("home", "ok" if writable else "broken", str(settings.home), reason))
    return findings


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _startup() -> list[Finding]:
    from evals.tasks.startup import measure_help

    seconds, heavy = measure_help()
    state = "ok" if not heavy else "broken"
    reason = f"{Path(sys.executable).name}, loads nothing heavy" if not heavy else f"loads {', '.join(heavy)}"
    slow = "" if seconds <= SLOW_START_S else f", above {SLOW_START_S} s"
    return [Finding("telltale --help", state, f"{seconds:.2f} s of processor time{slow}", reason)]

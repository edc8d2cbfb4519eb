"""What tests of the command line share: small recordings as files, and the tiny models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
# Real loading code and the real graph; only the weights are tiny. No language model, no stored examples.
TINY = [
    "--motion-model", str(ROOT / "models/motion/dummy"), "--audio-model", str(ROOT / "models/audio/dummy"),
    "--exemplars", "none", "--fusion", "never",
]  # fmt: skip


@pytest.fixture
def tiny() -> list[str]:
    return list(TINY)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody's own settings file or conversations reach a test."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    for name in ("TELLTALE_DATA", "TELLTALE_LLM", "TELLTALE_FUSION", "TELLTALE_CONFIG", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def write_csv() -> Callable[[Path, int], Path]:
    """Writes 20 s of wrist acceleration at 50 Hz: still, then shaken twice a second."""

    def write(path: Path, seed: int = 0) -> Path:
        draw = np.random.default_rng(seed)
        t = np.arange(1000) / 50
        acc = draw.normal(0, 0.05, (1000, 3)) + np.array([0.0, 0.0, 9.81])
        acc[500:, 0] += 3 * np.sin(2 * np.pi * 2 * t[500:])
        rows = [f"{t[i]:.2f},{acc[i, 0]:.4f},{acc[i, 1]:.4f},{acc[i, 2]:.4f}" for i in range(1000)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("time_s,acc_x,acc_y,acc_z\n" + "\n".join(rows) + "\n")
        return path

    return write

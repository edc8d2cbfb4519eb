"""A run on disk: it goes on as if it had not stopped, only with the same settings, and no half file is ever read."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from models.training_state import FILE, RunState, load_run, save_run, saved_state, to_go_on
from recordings import UserError


def _steps(layer: torch.nn.Linear, optimizer: torch.optim.Optimizer, first: int, last: int) -> None:
    for number in range(first, last):
        x = torch.randn(8, 3, generator=torch.Generator().manual_seed(number))
        loss = (layer(x) - x.sum(dim=1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def _fresh() -> tuple[torch.nn.Linear, torch.optim.AdamW]:
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 1)
    return layer, torch.optim.AdamW(layer.parameters(), lr=0.05)


def test_a_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    straight, optimizer = _fresh()
    _steps(straight, optimizer, 0, 20)
    layer, optimizer = _fresh()
    _steps(layer, optimizer, 0, 9)
    state = RunState({"seed": 0}, "fit", 9, [0.5], {"best": 3})
    save_run(tmp_path / FILE, state, optimizer, {"model": layer.state_dict(), "average": {"a.b": torch.ones(2)}})
    found = load_run(tmp_path / FILE)
    assert found is not None and found.state == state == saved_state(tmp_path / FILE)
    assert found.group("average")["a.b"].tolist() == [1.0, 1.0] and set(found.group("model")) == {"weight", "bias"}
    again, optimizer = _fresh()
    again.load_state_dict(found.group("model"))
    found.restore(optimizer)
    _steps(again, optimizer, found.state.done, 20)
    assert all(torch.equal(a, b) for a, b in zip(straight.parameters(), again.parameters(), strict=True))
    assert [f.name for f in tmp_path.iterdir()] == [FILE]  # nothing half-written is left beside it


def test_other_settings_are_named_and_equal_ones_may_be_tuples(tmp_path: Path) -> None:
    found = RunState({"seed": 0, "widths": [4, 8]}, done=3)
    assert to_go_on(tmp_path, found, {"seed": 0, "widths": (4, 8)}) is found
    assert to_go_on(tmp_path, None, {"seed": 0, "widths": (4, 8)}, "fit") == RunState(found.settings, "fit")
    with pytest.raises(UserError, match=r"other settings \(more, seed\)"):
        to_go_on(tmp_path, found, {"seed": 1, "widths": (4, 8), "more": None})


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x04malicious pickle", None])
def test_what_no_run_wrote_is_refused_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / FILE
    assert load_run(file) is None
    if content is None:
        from safetensors.torch import save_file

        save_file({"a": torch.zeros(1)}, file, metadata={"mark": "an older form"})
    else:
        file.write_bytes(content)
    with pytest.raises(UserError, match="start over without resuming") as refusal:
        load_run(file)
    assert str(file) in str(refusal.value) and "\n" not in str(refusal.value)

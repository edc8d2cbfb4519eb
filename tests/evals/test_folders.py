"""No published word says where somebody keeps things."""

from __future__ import annotations

import pytest

from evals.folders import without_folders


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("shipped,/home/me/slm/no-usc_had,~/x/no-five", "shipped,no-usc_had,no-five"),
        ("llasa:out/base,telltale_motion", "llasa:base,telltale_motion"),
        ("predictions:/home/me/runs/x.npz", "predictions:x.npz"),
        ("sensorllm_no_text@/tmp/x/align,sensorllm@out/a,task_only", "sensorllm_no_text@align,sensorllm@a,task_only"),
        ("sensorllm (read in pieces)@/tmp/x/align-1", "sensorllm (read in pieces)@align-1"),
        ("--systems=/a/b/c", "--systems=c"),
        ("50salads/1", "50salads/1"),
        ("cross:hapt,usc_had", "cross:hapt,usc_had"),
        ("http://localhost:8000/v1#model", "http://localhost:8000/v1#model"),
    ],
)
def test_a_path_keeps_its_last_name(word: str, kept: str) -> None:
    assert without_folders(word) == kept

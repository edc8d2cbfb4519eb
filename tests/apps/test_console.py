"""What long work says while it runs, where nobody sees a bar."""

from __future__ import annotations

import pytest

from apps.console import a_line_a_minute, progress


def test_a_log_file_hears_of_long_work_once_a_minute_and_of_short_work_never() -> None:
    now = 100.0
    heard: list[str] = []
    report = a_line_a_minute(heard.append, lambda: now)
    for second, share in ((1, 0.01), (59, 0.2), (61, 0.21), (90, 0.3), (130, 0.5)):
        now = 100.0 + second
        report("aligning", share)
    assert heard == ["aligning: 21%", "aligning: 50%"]


def test_short_work_leaves_a_pipe_clean(capsys: pytest.CaptureFixture[str]) -> None:
    for quiet in (True, False):
        with progress(quiet) as report:
            report("reading", 0.5)
    assert capsys.readouterr().err == ""

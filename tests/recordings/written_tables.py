"""One minute-long truth, and tables that write it in the dialects people's loggers use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

G = 9.80665
RATE_HZ = 50.0
N = 600
TIMES_S: npt.NDArray[np.float64] = np.arange(N) / RATE_HZ


def truth() -> npt.NDArray[np.float64]:
    """(6, 600): acceleration in m/s² with gravity (still, then moving), rotation in rad/s up to 6."""
    moving = np.clip((TIMES_S - 4.0) / 2.0, 0.0, 1.0)
    acc = np.stack(
        [
            0.8 + 3.0 * moving * np.sin(2 * np.pi * 1.9 * TIMES_S),
            -1.1 + 2.0 * moving * np.cos(2 * np.pi * 0.95 * TIMES_S),
            9.7 + 2.5 * moving * np.sin(2 * np.pi * 1.9 * TIMES_S + 1.0),
        ]
    )
    gyro = np.stack(
        [
            1.5 * moving * np.sin(2 * np.pi * 0.95 * TIMES_S),
            0.8 * moving * np.cos(2 * np.pi * 1.9 * TIMES_S),
            6.0 * moving * np.sin(2 * np.pi * 0.95 * TIMES_S + 0.5),
        ]
    )
    return np.concatenate([acc, gyro])


def csv_text(
    columns: dict[str, npt.ArrayLike], separator: str = ",", decimal: str = ".", header: bool = True, digits: int = 6
) -> str:
    """A table as text; strings as they are, numbers with `digits` decimals."""
    cells = []
    for values in columns.values():
        array = np.asarray(values)
        if array.dtype.kind in "iuOU":
            cells.append([str(v) for v in array])
        else:
            cells.append(["" if np.isnan(v) else f"{v:.{digits}f}".replace(".", decimal) for v in array])
    lines = [separator.join(columns)] if header else []
    lines += [separator.join(row) for row in zip(*cells, strict=True)]
    return "\n".join(lines) + "\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return str(path)


def motion_columns(
    names: list[str], scale: tuple[float, float] = (1.0, 1.0), time: str = "time_s"
) -> dict[str, npt.ArrayLike]:
    """time plus six named columns; scale: of acceleration and rotation."""
    samples = truth()
    columns: dict[str, npt.ArrayLike] = {time: TIMES_S}
    for i, name in enumerate(names):
        columns[name] = samples[i] * scale[0 if i < 3 else 1]
    return columns

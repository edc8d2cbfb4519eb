"""A table as read, columns still as written, and a number's place when it is not one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recordings.errors import UserError, plain
from recordings.recording import Step

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = npt.NDArray[np.float64]

# What writers put for "no value". Everything else that is no number is a mistake in the file.
MISSING = ("", "na", "n/a", "nan", "null", "none", "-", "--", "?")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length. `line_of(row)` gives the place of a row in the user's file, for errors."""

    where: str
    names: tuple[str, ...]
    data: pa.Table = field(repr=False)
    decimal_comma: bool = False
    line_of: Callable[[int], str] = field(default=lambda row: f"row {row + 1}", repr=False)
    history: tuple[Step, ...] = ()

    @property
    def n(self) -> int:
        return int(self.data.num_rows)

    def is_text(self, column: int) -> bool:
        import pyarrow.types as kinds

        kind = self.data.schema.field(column).type
        return bool(kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_dictionary(kind))

    def is_date(self, column: int) -> bool:
        import pyarrow.types as kinds

        return bool(kinds.is_timestamp(self.data.schema.field(column).type))

    def texts(self, column: int) -> npt.NDArray[np.object_]:
        """The column's cells as stripped strings; a missing one is ""."""
        import pandas  # noqa: F401  (pyarrow would import it by itself, and there a Ctrl-C is lost)
        import pyarrow as pa
        import pyarrow.compute as pc

        values = self.data.column(column)
        if not self.is_text(column) or pa.types.is_dictionary(values.type):
            values = values.cast(pa.string())
        return np.asarray(
            pc.utf8_trim_whitespace(pc.fill_null(values, "")).to_numpy(zero_copy_only=False), dtype=object
        )

    def numbers(self, column: int) -> Numbers:
        """The column as (n,) float64, NaN where nothing was written. UserError, with the row, at text that is no number."""
        import pandas  # noqa: F401  (as above)
        import pyarrow as pa

        values = self.data.column(column)
        if self.is_text(column):
            return self._parsed(column)
        try:
            numbers = values.cast(pa.float64(), safe=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise UserError(
                f"{self.where}, column {self.names[column]}",
                expected="numbers",
                found=str(values.type),
                cure="write the samples as plain numbers",
            ) from None
        out = np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
        return np.where(np.isinf(out), np.nan, out) if np.isinf(out).any() else out

    def _parsed(self, column: int) -> Numbers:
        import pandas as pd

        cells = self.texts(column)
        if self.decimal_comma:
            cells = np.array([cell.replace(",", ".") for cell in cells], dtype=object)
        numbers = np.asarray(pd.to_numeric(pd.Series(cells), errors="coerce"), dtype=np.float64)
        for row in np.flatnonzero(np.isnan(numbers)):
            if cells[row].lower() not in MISSING:
                raise UserError(
                    f"{self.where}, {self.line_of(int(row))}, column {self.names[column]}",
                    expected="a number",
                    found=repr(plain(self.texts(column)[row], 60)),
                    cure="correct that cell or leave it empty",
                )
        return np.where(np.isinf(numbers), np.nan, numbers)

    def holds_numbers(self, column: int) -> bool:
        """Whether most of the first cells that hold anything are numbers (a column of unknown meaning may be either)."""
        import pandas as pd

        if not self.is_text(column):
            return not self.is_date(column)
        head = Table(self.where, self.names, self.data.slice(0, 200)).texts(column)
        written = [
            cell.replace(",", ".") if self.decimal_comma else cell for cell in head if cell.lower() not in MISSING
        ]
        numbers = pd.to_numeric(pd.Series(written, dtype=object), errors="coerce")
        return bool(written) and float(numbers.notna().mean()) > 0.5

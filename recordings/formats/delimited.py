"""CSV, TSV and their kin: encoding, separator, decimal sign, comment lines and header found in the text itself."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from recordings.content import Content
from recordings.errors import UserError, plain
from recordings.formats.reader import HEAD_BYTES
from recordings.options import ReadOptions
from recordings.recording import Step
from recordings.tables import Table, content_of
from recordings.tables.names import meaning_of

SEPARATORS = (",", ";", "\t", "|", " ")
COMMENTS = ("#", "%", "//")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
# More rows of another width than this share mean that the file is not the table it seems to be.
MAX_TORN_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited file is written. header_line: 0-based line of the names, −1 without one; first_line: of the data."""

    encoding: str
    separator: str
    names: tuple[str, ...]
    header_line: int
    first_line: int
    decimal_comma: bool
    headerless: bool


def encoding_of(head: bytes) -> str | None:
    """The text's encoding, or None when these bytes are not text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if b"\x00" in head[:4096]:
        even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
        if odd > 0.4 * len(head[1:4096:2]) and even == 0:
            return "utf-16-le"
        if even > 0.4 * len(head[0:4096:2]) and odd == 0:
            return "utf-16-be"
        return None
    control = sum(head[:4096].count(bytes([code])) for code in (*range(1, 9), *range(14, 32)))
    if control > 0.01 * len(head[:4096]):
        return None
    for cut in range(4):  # the head may end inside a character
        try:
            head[: len(head) - cut].decode("utf-8")
            return "utf-8"
        except UnicodeDecodeError:
            continue
    return "latin-1"


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(COMMENTS)


def dialect_of(head: bytes, whole: bool = True) -> Dialect | None:
    """How the text is written, from its first bytes; None when it is no table. `whole`: the head is the whole file."""
    encoding = encoding_of(head)
    if encoding is None:
        return None
    text = head.decode(encoding, errors="replace")
    lines = text.split("\n")
    if not whole and len(lines) > 2:
        lines = lines[:-1]
    rows = [(i, line.rstrip("\r")) for i, line in enumerate(lines) if line.strip() and not _is_comment(line)][:200]
    if not rows:
        return None
    best: tuple[float, str, int] | None = None
    for separator in SEPARATORS:
        widths = Counter(len(_cells(line, separator)) for _, line in rows)
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
        if width < 2:
            continue
        # A decimal comma also splits a semicolon table evenly: prefer the separator that leaves numbers whole.
        cells = _cells(rows[-1][1], separator)
        whole_cells = sum(_is_number(cell) for cell in cells) / len(cells)
        score = times / len(rows) + (0.5 if separator != " " else 0.0) + 0.25 * whole_cells
        if separator == "," and ";" in rows[-1][1]:
            score -= 1.0
        if best is None or score > best[0]:
            best = (score, separator, width)
    separator, width = (best[1], best[2]) if best else (",", 1)
    at = next((k for k, (_, line) in enumerate(rows) if len(_cells(line, separator)) == width), 0)
    line_number, line = rows[at]
    names = _cells(line, separator)
    headerless = all(_is_number(name) for name in names)
    data_rows = [_cells(text, separator) for _, text in rows[at if headerless else at + 1 :]]
    first_line = line_number if headerless else line_number + 1
    if not headerless and len(data_rows) > 1 and _is_units_row(names, data_rows):
        names = [f"{name} ({unit})" if unit else name for name, unit in zip(names, data_rows[0], strict=False)]
        first_line = rows[at + 1][0] + 1
        data_rows = data_rows[1:]
    comma = separator != "," and sum(bool(_COMMA_NUMBER.fullmatch(c)) for row in data_rows[:50] for c in row) > 0
    comma = comma or (separator == "," and any(_COMMA_NUMBER.fullmatch(c) for row in data_rows[:50] for c in row))
    return Dialect(encoding, separator, tuple(names), -1 if headerless else line_number, first_line, comma, headerless)


def _is_units_row(names: list[str], rows: list[list[str]]) -> bool:
    """A second line of units (`s, g, g, g`) below the names."""
    first, second = rows[0], rows[1]
    return (
        len(first) == len(names)
        and not any(_is_number(cell) for cell in first)
        and sum(_is_number(cell) for cell in second) >= max(1, len(second) - 1)
        and sum(meaning_of(f"x ({cell})").unit is not None for cell in first) >= 1
    )


class DelimitedReader:
    """CSV, TSV, semicolon, pipe or blank separated text; UTF-8 (with or without mark), UTF-16 or Latin-1."""

    name = "delimited table"
    extensions = (".csv", ".tsv", ".txt", ".dat", ".tab")

    def sniff(self, head: bytes, path: Path) -> float:
        known = path.suffix.lower() in self.extensions
        dialect = dialect_of(head, whole=len(head) < HEAD_BYTES)
        if dialect is None:
            return 0.0
        if head.lstrip()[:1] in (b"{", b"[", b"<"):  # JSON or a page, whose commas are no columns
            return 0.0
        kinds = {meaning_of(name).kind for name in dialect.names}
        if len(dialect.names) > 1 and kinds & {"acceleration", "linear", "gravity", "rotation", "bare", "time"}:
            return 0.9
        if dialect.headerless and len(dialect.names) > 1:
            return 0.6
        return 0.4 if known else 0.0

    def read(self, path: Path, options: ReadOptions, where: str) -> Content:
        return content_of(read_delimited(path, where), options)


def read_delimited(path: Path, where: str) -> Table:
    """The whole file as a `Table`. UserError when it holds no rows or rows of many widths."""
    with path.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    dialect = dialect_of(head, whole=len(head) < HEAD_BYTES)
    if dialect is None:
        raise UserError(
            where, expected="a table of samples", found="no rows of text", cure="export the recording again as CSV"
        )
    torn: list[int | None] = []
    try:
        data = _parse(path, dialect, torn, as_text=False)
    except _NotNumbers:
        torn.clear()
        data = _parse(path, dialect, torn, as_text=True)
    if data.num_rows == 0:
        raise UserError(
            where,
            expected="rows of samples below the header",
            found=f"a header only ({plain(', '.join(dialect.names), 80)})",
            cure="export the recording again; nothing was recorded in this file",
        )

    def line_of(row: int) -> str:
        return f"line {_line_number(path, dialect, row)}"

    if len(torn) > max(1, MAX_TORN_SHARE * data.num_rows):
        raise UserError(
            where,
            expected=f"{len(dialect.names)} cells in every row",
            found=f"{len(torn)} rows of another width"
            + (f", the first about line {dialect.first_line + torn[0]}" if torn[0] else ""),
            cure="export the table again with one separator throughout",
        )
    steps = [
        Step(
            "read the table",
            _description(dialect),
            Path(where).name,
            f"{data.num_rows} rows, {len(dialect.names)} columns",
        )
    ]
    if torn:
        steps.append(
            Step(
                "drop torn rows",
                f"{len(torn)} row{'s' if len(torn) > 1 else ''} with another number of cells (a file cut short ends so)",
                warning=True,
            )
        )
    if dialect.headerless:
        steps.append(Step("name the columns", "the file has no header", "", ", ".join(_names(dialect)), warning=True))
    return Table(where, _names(dialect), data, dialect.decimal_comma, line_of, tuple(steps))


def _names(dialect: Dialect) -> tuple[str, ...]:
    """The header's names; a headerless table of 3, 4, 6 or 7 columns is read as [time] + acceleration [+ rotation]."""
    if not dialect.headerless:
        return dialect.names
    axes = tuple(f"acc_{axis}" for axis in "xyz") + tuple(f"gyro_{axis}" for axis in "xyz")
    guesses = {3: axes[:3], 4: ("time", *axes[:3]), 6: axes, 7: ("time", *axes)}
    width = len(dialect.names)
    return guesses.get(width, tuple(f"column {i + 1}" for i in range(width)))


def _description(dialect: Dialect) -> str:
    separator = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}[dialect.separator]
    comma = ", decimal comma" if dialect.decimal_comma else ""
    return f"{dialect.encoding}, {separator}-separated{comma}"


class _NotNumbers(Exception):
    """A column that began as numbers holds text further down."""


def _parse(path: Path, dialect: Dialect, torn: list[int | None], as_text: bool):  # type: ignore[no-untyped-def]
    """The data rows as a pyarrow Table with columns c0, c1, … (names in the file may repeat)."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [f"c{i}" for i in range(len(dialect.names))]
    source, encoding = _data_bytes(path, dialect)

    def skip(row: object) -> str:
        text = str(getattr(row, "text", ""))
        if not _is_comment(text):
            torn.append(getattr(row, "number", None))
        return "skip"

    separator = "," if dialect.separator == " " else dialect.separator
    kinds = {name: pa.string() for name in names} if as_text else _text_columns(path, dialect, names)
    try:
        return arrow_csv.read_csv(
            source,
            read_options=arrow_csv.ReadOptions(
                column_names=names, encoding=encoding, use_threads=not as_text, block_size=1 << 22
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, invalid_row_handler=skip),
            convert_options=arrow_csv.ConvertOptions(
                column_types=kinds,
                decimal_point="," if dialect.decimal_comma else ".",
                strings_can_be_null=True,
                null_values=["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "-", "--", "?", " "],
                true_values=[],
                false_values=[],
                timestamp_parsers=[],
            ),
        )
    except pa.ArrowInvalid as problem:
        if as_text and "Empty" not in str(problem):
            raise UserError(
                path.name, expected="a table in one encoding", found=plain(problem, 120), cure="export the table again"
            ) from None
        if "Empty" in str(problem):
            return pa.table({name: pa.array([], pa.string()) for name in names})
        raise _NotNumbers from None


def _text_columns(path: Path, dialect: Dialect, names: list[str]) -> dict[str, object]:
    """Columns whose first cells are text stay text: dates keep their zone, numbers with stray blanks are parsed later."""
    import pyarrow as pa

    with path.open("rb") as handle:
        text = handle.read(HEAD_BYTES).decode(dialect.encoding, errors="replace")
    rows = [_cells(line, dialect.separator) for line in text.split("\n")[dialect.first_line :][:100] if line.strip()]
    kinds: dict[str, object] = {}
    for i, name in enumerate(names):
        cells = [row[i] for row in rows[:-1] or rows if i < len(row)]
        written = [cell for cell in cells if cell.lower() not in ("", "na", "nan", "null", "none", "-", "?")]
        kinds[name] = pa.float64() if not written or all(_is_number(cell) for cell in written) else pa.string()
        if written and all(re.fullmatch(r"\d{16,19}", cell) for cell in written):
            kinds[name] = pa.int64()  # micro- or nanoseconds since 1970: keep every digit
    return kinds


def _data_bytes(path: Path, dialect: Dialect) -> tuple[object, str]:
    """A stream that begins at the first data row, and its encoding."""
    if dialect.encoding.startswith("utf-16") or dialect.separator == " ":
        text = path.read_text(encoding=dialect.encoding, errors="replace")
        lines = text.split("\n")[dialect.first_line :]
        if dialect.separator == " ":
            lines = [",".join(line.split()) for line in lines]
        return io.BytesIO("\n".join(lines).encode()), "utf-8"
    handle = path.open("rb")
    for _ in range(dialect.first_line):
        handle.readline()
    return handle, "utf-8" if dialect.encoding == "utf-8-sig" else dialect.encoding


def _line_number(path: Path, dialect: Dialect, row: int) -> int:
    """The 1-based line of a data row. Only errors ask, so that the file may be read again."""
    seen = -1
    with path.open(encoding=dialect.encoding, errors="replace", newline="\n") as handle:
        for number, line in enumerate(handle):
            if number < dialect.first_line or not line.strip():
                continue
            if len(_cells(line.rstrip("\r\n"), dialect.separator)) != len(dialect.names):
                continue
            seen += 1
            if seen == row:
                return number + 1
    return dialect.first_line + row + 1

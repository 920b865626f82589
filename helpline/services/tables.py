"""CSV files from outside: read whole, doubted everywhere, and every fault told by its line and column.

Pure: bytes and readers in, rows and faults out. Nothing here knows bills.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpline.models import A_PHONE

LONGEST_FIELD = 200  # characters: nothing that a biller writes of a bill is longer
SHOWN = 40  # characters of a wrong value that are repeated to whoever wrote it
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would carry out instead of show
_AMOUNT = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Reader = Callable[[str], Any]


class FileFault(ValueError):
    """The file as a whole cannot be believed: no row of it is read."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in one line. `column` is "" where it is the whole line."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.what}" if self.column else f"line {self.line}: {self.what}"


@dataclass(frozen=True)
class Row:
    """The values of one line, by column, as their readers made them."""

    line: int
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


def read_table(data: bytes, readers: Mapping[str, Reader]) -> tuple[list[Row], list[Fault]]:
    """The rows that are right, and the faults of the others. `readers` name every column, in any order of the file.

    A reader turns a field into a value, or raises ValueError that says what is wrong. Raises FileFault.
    """
    records = _records(_text(data))
    header = next(records, None)
    if header is None:
        raise FileFault("the file is empty")
    names = _header(*header, [*readers])
    rows, faults = [], []
    for line, fields in records:
        if len(fields) != len(names):
            faults.append(Fault(line, "", f"has {len(fields)} fields, not {len(names)}"))
            continue
        values, wrong = _values(line, dict(zip(names, fields, strict=True)), readers)
        faults += wrong
        if not wrong:
            rows.append(Row(line, values))
    return rows, faults


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileFault("the file is UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileFault(f"line {line}: the file is not UTF-8; save it as UTF-8") from error


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line that it begins on; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileFault(f"line {line}: this is no CSV: {error}") from error
        if any(field.strip() for field in fields):
            yield line, [field.strip() for field in fields]


def _header(line: int, fields: list[str], wanted: list[str]) -> list[str]:
    names = [field.lower() for field in fields]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        raise FileFault(f"line {line}: the columns must be separated by commas")
    missing = [name for name in wanted if name not in names]
    strange = [shown(name) for name in names if name not in wanted or names.count(name) > 1]
    if missing or strange:
        told = [f"{word} {', '.join(which)}" for word, which in (("missing:", missing), ("not known:", strange)) if which]
        raise FileFault(f"line {line}: the columns must be {', '.join(wanted)} ({'; '.join(told)})")
    return names


def _values(line: int, fields: Mapping[str, str], readers: Mapping[str, Reader]) -> tuple[dict[str, Any], list[Fault]]:
    values, faults = {}, []
    for column, read in readers.items():
        try:
            values[column] = read(_plain(fields[column]))
        except ValueError as error:
            faults.append(Fault(line, column, str(error)))
    return values, faults


def _plain(field: str) -> str:
    if len(field) > LONGEST_FIELD:
        raise ValueError(f"is {len(field)} characters long; {LONGEST_FIELD} are the most")
    if not field.isprintable():
        raise ValueError(f"{shown(field)} holds a control character")
    return field


def shown(text: str) -> str:
    """A value as it may be printed: short, and without what a terminal would obey."""
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "...")


def words(most: int) -> Reader:
    """Text of 1 to `most` characters that no spreadsheet takes for a formula."""

    def read(field: str) -> str:
        if not field:
            raise ValueError("is empty")
        if field.startswith(FORMULA):
            raise ValueError(f"{shown(field)} begins like a spreadsheet's formula")
        if len(field) > most:
            raise ValueError(f"is {len(field)} characters long; {most} are the most")
        return field

    return read


def or_nothing(read: Reader) -> Reader:
    """What `read` makes of a field; None of an empty one."""
    return lambda field: read(field) if field else None


def amount(field: str) -> Decimal:
    """Money above nothing, with a point before the smaller part: 42.50 or 42."""
    if _AMOUNT.fullmatch(field):
        if (value := Decimal(field)) > 0:
            return value
        raise ValueError("is nothing: there is no bill to pay")
    if field.startswith("-"):
        raise ValueError(f"{shown(field)} is less than nothing: a credit is no bill")
    if "," in field:
        raise ValueError(f"{shown(field)} has a comma; write 1234.50, with a point before the smaller part and no other mark")
    raise ValueError(f"{shown(field)} is no amount such as 42.50")


def day(field: str) -> dt.date:
    if not _DAY.fullmatch(field):
        raise ValueError(f"{shown(field)} is no day such as 2026-11-24")
    try:
        return dt.date.fromisoformat(field)
    except ValueError as error:
        raise ValueError(f"{shown(field)} is no day of the calendar") from error


def phone(field: str) -> str:
    if not A_PHONE.fullmatch(field):
        raise ValueError(f"{shown(field)} is no telephone number such as +442071838750")
    return field


def yes_or_no(field: str) -> bool:
    if field.lower() not in ("yes", "no"):
        raise ValueError(f"{shown(field)} is neither yes nor no")
    return field.lower() == "yes"

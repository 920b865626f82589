"""CSV files from outside: what is right in them comes through, and everything else is told by line and column."""

from __future__ import annotations

import codecs
import datetime as dt
from decimal import Decimal

import pytest

from helpline.services import tables
from helpline.services.bills import numbers
from helpline.services.tables import Fault, FileFault, read_table
from helpline.staff.duty import phone_number

READERS = {"name": tables.words(20), "amount": tables.amount, "day": tables.day}
HEADER = "name,amount,day\n"


def faults(line: str) -> list[tuple[str, str]]:
    rows, wrong = read_table((HEADER + line).encode(), READERS)
    assert rows == [] and {fault.line for fault in wrong} == {2}
    return [(fault.column, fault.what) for fault in wrong]


def test_a_row_comes_through_as_values_with_its_line() -> None:
    rows, wrong = read_table((HEADER + "\nCity Electric, 42.50 ,2026-11-24\n").encode(), READERS)
    assert wrong == [] and rows[0].line == 3
    assert rows[0].values == {"name": "City Electric", "amount": Decimal("42.50"), "day": dt.date(2026, 11, 24)}


def test_columns_may_stand_in_any_order_behind_a_byte_order_mark() -> None:
    data = codecs.BOM_UTF8 + "DAY,Name,amount\r\n2026-11-24,Société d'eau,7\r\n".encode()
    rows, _ = read_table(data, READERS)
    assert rows[0]["name"] == "Société d'eau" and rows[0]["amount"] == 7


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        ("name,amount,day\n".encode("utf-16"), "UTF-16"),
        (HEADER.encode() + "Société,1,2026-11-24".encode("latin-1"), "line 2: the file is not UTF-8"),
        (b"name;amount;day\n", "separated by commas"),
        (b"name,amount\n", "missing: day"),
        (b"name,amount,day,colour\n", "not known: 'colour'"),
        (b"name,amount,day,day\n", "not known: 'day', 'day'"),
        (b"n\x00ame,amount,day\n", r"not known: 'n\\x00ame'"),
        (HEADER.encode() + b'"never closed,1,2026-11-24\n', "line 2: this is no CSV"),
        (HEADER.encode() + b'"quoted"then not,1,2026-11-24\n', "line 2: this is no CSV"),
        (HEADER.encode() + b"x" * 200_000 + b",1,2026-11-24\n", "line 2: this is no CSV"),
    ],
)
def test_a_file_that_cannot_be_believed_is_refused_whole(data: bytes, told: str) -> None:
    with pytest.raises(FileFault, match=told):
        read_table(data, READERS)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("42,50", "has a comma"),
        ("1,234.50", "has a comma"),
        ("-42.50", "less than nothing"),
        ("0.00", "is nothing"),
        ("£42.50", "no amount"),
        ("4e2", "no amount"),
        ("NaN", "no amount"),
        ("42.505", "no amount"),
        ("٤٢", "no amount"),
        ("999999999", "no amount"),
        ("", "no amount"),
    ],
)
def test_amounts_that_may_mean_something_else_are_refused(written: str, told: str) -> None:
    ((column, what),) = faults(f'City Electric,"{written}",2026-11-24')
    assert column == "amount" and told in what


@pytest.mark.parametrize("written", ["24.11.2026", "11/24/2026", "20261124", "2026-W48-2", "2026-02-30", "0000-01-01", ""])
def test_only_one_way_of_writing_a_day_is_taken(written: str) -> None:
    ((column, what),) = faults(f"City Electric,1,{written}")
    assert column == "day" and "no day" in what


@pytest.mark.parametrize("written", ['=cmd|"/c calc"!A1', "+1", "-1+2", "@SUM(A1)"])
def test_formulas_are_refused(written: str) -> None:
    quoted = written.replace('"', '""')
    assert "formula" in faults(f'"{quoted}",1,2026-11-24')[0][1]


@pytest.mark.parametrize(
    ("number", "is_one"),
    [("+2904000", True), ("+290400", False), ("+44207183870012", True), ("+442071838700123", True), ("+4420718387001234", False),
     ("+02071838700", False), ("442071838700", False)],
)  # fmt: skip
def test_a_telephone_number_is_one_in_a_file_and_on_a_page_alike(number: str, is_one: bool) -> None:
    for reader in (tables.phone, phone_number):
        try:
            assert reader(number) == number and is_one
        except ValueError:
            assert not is_one, reader


def test_every_fault_of_a_line_is_told() -> None:
    assert [column for column, _ in faults(",x,y")] == ["name", "amount", "day"]


def test_what_a_terminal_would_obey_is_shown_as_signs() -> None:
    ((_, what),) = faults("\x1b[2Jgone,1,2026-11-24")
    assert "control character" in what and "\x1b" not in what
    assert "control character" in faults("City\x00Electric,1,2026-11-24")[0][1]


def test_a_long_field_and_a_wrong_number_of_fields_are_told() -> None:
    assert faults("x" * 201 + ",1,2026-11-24") == [("name", "is 201 characters long; 200 are the most")]
    assert faults("City Electric,42,50,2026-11-24") == [("", "has 4 fields, not 3")]


def test_a_field_over_two_lines_does_not_move_the_numbers_of_the_next() -> None:
    rows, wrong = read_table((HEADER + '"City\nElectric",1,2026-11-24\nNorthern Gas,1,2026-11-24').encode(), READERS)
    assert wrong == [Fault(2, "name", "'City\\nElectric' holds a control character")] and rows[0].line == 4


def test_the_check_digit_shows_a_mistyped_account() -> None:
    assert numbers.fault("7992-7398-713", "9999-9999-999", "luhn") == ""
    assert "check digit" in numbers.fault("7992-7398-731", "9999-9999-999", "luhn")
    assert "9999-9999-999" in numbers.fault("79927398713", "9999-9999-999", "luhn")


def test_mod97_counts_letters_and_finds_two_that_changed_places() -> None:
    assert numbers.mod97("AB12 95") == (int("1011" + "12" + "95") % 97 == 1)
    right = next(f"AB12{check:02d}" for check in range(97) if numbers.mod97(f"AB12{check:02d}"))
    assert not numbers.mod97("BA" + right[2:])


def test_masks_are_no_patterns_of_a_programmer() -> None:
    assert numbers.is_mask("AA-99/9.X") and not numbers.is_mask("(9+)+$")
    assert numbers.fits("AB-12/3.Z", "AA-99/9.X") and not numbers.fits("AB-12/3x Z", "AA-99/9.X")

"""`helpline import`: what it prints, and its exit code."""

from __future__ import annotations

from pathlib import Path

from tests.commands.conftest import Run

BILLERS = "name,kind,allowed,account_mask,account_check\n"


def test_billers_go_into_a_database_that_is_made_on_the_way(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "billers.csv"
    file.write_text(BILLERS + "City Electric,electricity,yes,9999-9999,\n", "utf-8")
    assert run("import", "billers", file, "--check").out == "Would be: 1 added, 0 amended, 0 unchanged, 0 refused\n"
    assert run("import", "billers", file, "--json").items == [{"added": 1, "amended": 0, "unchanged": 0, "faults": []}]
    assert run("import", "billers", file).out == "0 added, 0 amended, 1 unchanged, 0 refused\n"


def test_a_refused_row_is_told_and_the_exit_code_is_1(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bills.csv"
    file.write_text(
        "biller,account,reference,amount,currency,period,issued,due\nNobody,1,2,3.00,GBP,2026-11,2026-11-01,2026-11-30\n",
        "utf-8",
    )
    ran = run("import", "bills", file)
    assert ran.code == 1
    assert ran.out == "line 2, biller: 'Nobody' is not a biller on file\n0 added, 0 amended, 0 unchanged, 1 refused\n"


def test_a_file_that_is_no_table_is_refused_in_words(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bills.xlsx"
    file.write_bytes(b"PK\x03\x04\xff\xfe")
    ran = run("import", "bills", file)
    assert ran.code == 1 and "bills.xlsx: line 1: the file is not UTF-8" in ran.err


def test_callers_come_in_by_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "callers.csv"
    header = "phone,full_name,name,birth_year,language,time_zone,area,address,door_notes,landline\n"
    file.write_text(header + "+442071838799,Rose Adeyemi,Rose,1938,,,Elm Park,3 Mill Lane,,yes\n", "utf-8")
    assert run("import", "callers", file, "--json").items == [{"added": 1, "amended": 0, "unchanged": 0, "faults": []}]
    assert run("import", "callers", file).out == "0 added, 0 amended, 1 unchanged, 0 refused\n"


def test_the_office_s_hours_come_in_by_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hours.csv"
    file.write_text("day,opens,closes\nSaturday,09:00,12:00\nsunday,,\n2026-12-25,,\n", "utf-8")
    assert run("import", "office-hours", file, "--json").items == [{"added": 3, "amended": 0, "unchanged": 0, "faults": []}]
    file.write_text("day,opens,closes\nsaturday,10:00,12:00\nsunday,,\n", "utf-8")
    assert run("import", "office-hours", file).out == "0 added, 1 amended, 1 unchanged, 0 refused\n"


def test_hours_that_are_none_are_refused_line_by_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hours.csv"
    lines = ("someday,09:00,12:00", "monday,12:00,09:00", "tuesday,09:00,", "wednesday,9,17:00", "friday,09:00,25:00",
             "2026-02-30,,", "sunday,,", "Sunday,09:00,17:00")  # fmt: skip
    file.write_text("\n".join(("day,opens,closes", *lines)), "utf-8")
    ran = run("import", "office-hours", file)
    assert ran.code == 1 and ran.out.splitlines() == [
        "line 2, day: 'someday' is neither a weekday such as monday nor a day such as 2026-12-25",
        "line 3, closes: 09:00 is not after 12:00",
        "line 4, closes: is empty: a day has both, or neither where it is closed",
        "line 5, opens: '9' is no time such as 09:00",
        "line 6, closes: '25:00' is no time of the day",
        "line 7, day: '2026-02-30' is no day of the calendar",
        "line 8, day: is also on line 9",
        "line 9, day: is also on line 8",
        "0 added, 0 amended, 0 unchanged, 8 refused",
    ]


VOLUNTEERS = "phone,name,languages,areas,kinds,on_duty,by_call\n"


def test_volunteers_come_in_by_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "volunteers.csv"
    file.write_text(VOLUNTEERS + "+447700900801,Ada Obi,en; ko,Elm Park;Riverside,shopping;company;shopping,,\n", "utf-8")
    assert run("import", "volunteers", file, "--json").items == [{"added": 1, "amended": 0, "unchanged": 0, "faults": []}]
    assert run("import", "volunteers", file).out == "0 added, 0 amended, 1 unchanged, 0 refused\n"
    file.write_text(VOLUNTEERS + "+447700900801,Ada Obi,,Riverside,shopping,no,yes\n", "utf-8")
    assert run("import", "volunteers", file).out == "0 added, 1 amended, 0 unchanged, 0 refused\n"


def test_a_volunteer_s_line_that_cannot_be_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "volunteers.csv"
    lines = ("0770,Ada Obi,en,Elm Park,shopping,,", "+447700900801,,en,Elm Park,shopping,,", "+447700900802,Ada Obi,xx,Elm Park,shopping,,",
             "+447700900803,Ada Obi,en,,shopping,,", "+447700900804,Ada Obi,en,Elm Park,shopping;flying,,",
             "+447700900805,Ada Obi,en,=Elm,shopping,,", "+447700900806,Ada Obi,en,Elm Park,shopping,perhaps,")  # fmt: skip
    file.write_text(VOLUNTEERS + "\n".join(lines), "utf-8")
    ran = run("import", "volunteers", file)
    assert ran.code == 1 and ran.out.endswith("0 added, 0 amended, 0 unchanged, 7 refused\n")
    told = [line.split(":")[0] for line in ran.out.splitlines()[:-1]]
    assert told == [
        "line 2, phone",
        "line 3, name",
        "line 4, languages",
        "line 5, areas",
        "line 6, kinds",
        "line 7, areas",
        "line 8, on_duty",
    ]

"""Callers come in by file: added once, amended by column, and never given a PIN."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.audit import AuditEntry
from helpline.db import db
from helpline.models import Caller
from helpline.services.bills.imports import Arrival, Brought
from helpline.services.callers import bring_callers
from helpline.services.tables import FileFault
from tests.cast import MARGARET, Clock, People

HEADER = "phone,full_name,name,birth_year,language,time_zone,area,address,door_notes,landline"
ROSE = "+442071838799,Rose Adeyemi,Rose,1938,,,Elm Park,3 Mill Lane,ring twice,yes"


def bring(clock: Clock, *lines: str, check: bool = False) -> Brought:
    file = "\n".join([HEADER, *lines]).encode()
    return bring_callers(file, ("en", "ko"), "Europe/London", Arrival("callers.csv", clock.now(), check))


def rose() -> Caller:
    return db.session.scalars(select(Caller).where(Caller.full_name == "Rose Adeyemi")).one()


def test_a_caller_is_added_once_without_a_pin(in_app: Flask, clock: Clock) -> None:
    assert bring(clock, ROSE, check=True).counts == {"added": 1}
    assert db.session.scalars(select(Caller).where(Caller.full_name == "Rose Adeyemi")).all() == []
    assert bring(clock, ROSE).counts == {"added": 1} and bring(clock, ROSE).counts == {"unchanged": 1}
    found = rose()
    assert (found.name, found.birth_year, found.language, found.time_zone) == ("Rose", 1938, "en", "Europe/London")
    assert (found.area, found.door_notes, found.landline, found.pin_hash) == ("Elm Park", "ring twice", True, None)


def test_a_later_file_amends_what_it_says_and_leaves_what_it_does_not(in_app: Flask, clock: Clock) -> None:
    bring(clock, ROSE)
    assert bring(clock, "+442071838799,Rose Adeyemi,Rose,,ko,,,5 Mill Lane,,").counts == {"amended": 1}
    found = rose()
    assert (found.birth_year, found.language, found.address, found.landline) == (1938, "ko", "5 Mill Lane", True)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "caller_amended")).one()
    assert entry.data["columns"] == ["address", "language"] and "Mill" not in str(entry.data)


def test_two_people_behind_one_number_are_two_callers(in_app: Flask, people: People, clock: Clock) -> None:
    assert bring(clock, f"{MARGARET},Harold Hill,Harold,1940,,,,,,").counts == {"added": 1}
    assert db.session.scalar(select(Caller.name).where(Caller.id == people.margaret)) == "Margaret"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (ROSE.replace("1938", "38"), "line 2, birth_year: '38' is no year such as 1941"),
        (ROSE.replace("1938", "2031"), "no year such as 1941"),
        (ROSE.replace("1938", "١٩٣٨"), "no year such as 1941"),
        (ROSE.replace(",,,Elm", ",xx,,Elm"), "line 2, language:"),
        (ROSE.replace(",,,Elm", ",,Mars/Base,Elm"), "line 2, time_zone:"),
        (ROSE.replace("yes", "perhaps"), "line 2, landline:"),
        (ROSE.replace(",Rose,", ",=Rose(),"), "begins like a spreadsheet's formula"),
        (ROSE.replace("+44", "0"), "is no telephone number"),
        ("+442071838799,,Rose,,,,,,,", "line 2, full_name: is empty"),
    ],
)
def test_a_line_in_doubt_is_refused_and_nobody_added(in_app: Flask, clock: Clock, line: str, told: str) -> None:
    (fault,) = bring(clock, line).faults
    assert told in str(fault)
    assert db.session.scalars(select(Caller).where(Caller.phone == "+442071838799")).all() == []


def test_the_same_person_twice_in_a_file_is_taken_from_neither_line(in_app: Flask, clock: Clock) -> None:
    brought = bring(clock, ROSE, ROSE.replace("1938", "1939"))
    assert brought.counts == {} and [fault.line for fault in brought.faults] == [2, 3]


def test_an_invented_caller_for_training_is_not_touched(in_app: Flask, clock: Clock) -> None:
    bring(clock, ROSE)
    rose().training = True
    db.session.commit()
    (fault,) = bring(clock, ROSE.replace("1938", "1939")).faults
    assert "for training" in str(fault) and rose().birth_year == 1938


def test_a_file_of_other_columns_is_refused_whole(clock: Clock) -> None:
    with pytest.raises(FileFault, match="missing: name"):
        bring_callers(b"phone,full_name\n+442071838799,Rose Adeyemi\n", ("en",), "Europe/London", Arrival("x.csv", clock.now()))

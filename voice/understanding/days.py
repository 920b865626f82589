"""Days in a sentence, relative to today: rules that put a mark in the place of each.

Said on a Tuesday, "Tuesday" is the coming one, a week away. "Next Tuesday" is the Tuesday of next week (weeks
begin on Monday). A day and month without a year is the coming one. Two figures for a year are the latest such
year up to the next one: "forty-six" is 1946.
"""

from __future__ import annotations

import datetime as dt
import re

from voice.understanding import calendardays, relativedays
from voice.understanding.daysentence import CLEAR_MONTHS, MONTH, NOT_A_YEAR, TH, WEEKDAY, YEAR, Days, Period, Sentence
from voice.understanding.marks import Rule, rewritten
from voice.understanding.wording import CORRECTED

__all__ = ["Days", "Period", "with_days"]

_BORN = re.compile(r"\b(?:born|birth|birthday|birthdate|dob)\b")


def with_days(text: str, today: dt.date) -> tuple[str, Days]:
    """The sentence in figures with every day, week or month as a mark, and what the marks mean."""
    sentence = Sentence(today, born=bool(_BORN.search(text)))
    said = rewritten(text, _COMPLETED)
    for pattern, read in (*calendardays.rules, *relativedays.rules):
        said = sentence.days.put(said, pattern, lambda match: read(match, sentence))  # noqa: B023
    return said, sentence.days


# What a correction or a list leaves out is put back before the rules: "the fourth of March, no, the fifth" keeps its
# month, "between the fourth and the eighth of March" has it twice, "move it from Tuesday to Friday" means Friday.
_OF_MONTH = rf"\d\d?{TH} (?:of )?(?:the )?{MONTH}"
_AGAIN = rf"(?: \{CORRECTED})+ (?:its |on |in |of |the |{WEEKDAY} )*"
_COMPLETED: list[Rule] = [
    (re.compile(rf"\b([23])0 seconds? (?:of )?(?={MONTH})"), lambda m: f"{m[1]}2nd of "),
    (re.compile(rf"\b{_OF_MONTH}{YEAR}?{_AGAIN}(?P<again>\d\d?{TH})(?! (?:of |{CLEAR_MONTHS}|march|may))"),
     lambda m: f"{CORRECTED} the {m['again']} of {m['month']} {m['year'] or ''}".rstrip()),
    (re.compile(rf"\b(?P<day>\d\d?{TH}) (?:of )?(?:the )?{MONTH}{YEAR}?{_AGAIN}(?P<again>{CLEAR_MONTHS}|march|may)\b(?! (?:the )?\d\d?{TH})"),
     lambda m: f"{m['day']} of {m['again']} {m['year'] or ''}".rstrip()),
    (re.compile(rf"\b(?P<kept>{_OF_MONTH}){YEAR}(?: \{CORRECTED})+ (?:its )?(?P<again>(?:(?:19|20) ?)?\d\d)\b{NOT_A_YEAR}(?!{TH})"),
     lambda m: f"{m['kept']} {m['again']}"),
    (re.compile(rf"\b(\d\d?{TH})( (?:and|to|until|or|-|through)(?: the)? )(\d\d?{TH} of {MONTH})({YEAR}?)"),
     lambda m: f"{m[1]} of {m['month']}{m[5]}{m[2]}{m[3]}{m[5]}"),
    (re.compile(r"\b(?:chang|mov|shift|switch|swap|put|bring)\w* ([^|]{1,60}?) to (?!see|the (?:doctor|nurse|phone))"), lambda m: f"{m[1]} {CORRECTED} "),
]  # fmt: skip

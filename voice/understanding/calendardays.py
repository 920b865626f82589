"""Days with a month: dates as they are spoken, dates of birth, dates as they are written."""

from __future__ import annotations

import datetime as dt
import re

from voice.understanding.calendar import LAST, MONTHS, WEEKDAYS, day_of, month_of, nth_weekday
from voice.understanding.daysentence import DAY_NUMBER, MONTH, OH, TH, WEEKDAY, YEAR, DayRules, Period, Sentence

rules: DayRules = DayRules()


@rules.reads(r"\b(\d{4}) ?[-/.] ?(\d\d?) ?[-/.] ?(\d\d?)\b")
def _iso(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    return day_of(int(match[1]), int(match[2]), int(match[3]))


@rules.reads(r"\b(\d\d?) ?(?P<sign>[-/.]) ?(\d\d?) ?(?P=sign) ?(\d{4}|\d\d)\b|\b(\d\d?) ?/ ?(\d\d?)\b(?! ?[-/.]\d)")
def _day_first(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    return sentence.date(int(match[1] or match[5]), int(match[3] or match[6]), sentence.year(match[4]))


@rules.reads(r"\b(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(?: - )?(\d\d| ?(?:19|20)\d\d| (?:19|20) \d\d)\b")
def _in_one_figure(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    return sentence.date(int(match[1]), int(match[2]), sentence.year(match[3]))


@rules.reads(
    rf"\b(?:the )?(?P<nth>1st|2nd|3rd|4th|5th|last) {WEEKDAY} (?:(?:in|of) (?:the )?)?"
    rf"(?:{MONTH}{YEAR}?|(?:(?P<which>this|next|coming|same) )?month)(?!\w)"
)
def _nth_weekday_of_month(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    nth = LAST if match["nth"] == "last" else int(match["nth"][0])
    if match["month"]:
        year, month = sentence.year(match["year"]), MONTHS[match["month"]]
        months = [dt.date(y, month, 1) for y in ([year] if year else [sentence.today.year, sentence.today.year + 1])]
    else:
        months = [month_of(sentence.today, ahead)[0] for ahead in ([1] if match["which"] == "next" else [0, 1])]
    found = [nth_weekday(WEEKDAYS[match["weekday"]], nth, *month_of(first)) for first in months]
    return next((day for day in found if day and (day >= sentence.today or len(found) == 1)), None)


@rules.reads(
    rf"\b(?:the )?{DAY_NUMBER}{TH}(?: day)?(?: of)?(?: the)?(?: month of)? {MONTH}{YEAR}?(?!\w)",
    rf"(?<!\bpast )(?<!\bto )(?<!\bafter )(?<!\bhalf )(?<!\bbefore )(?<!\bat )(?<!\band )\b(?:the )?{DAY_NUMBER}(?: of)? {MONTH}(?! (?:the )?\d\d?{TH}){YEAR}?(?!\w)",
)
def _day_then_month(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    return sentence.date(int(match["day"]), MONTHS[match["month"]], sentence.year(match["year"]))


@rules.reads(rf"\b{MONTH} (?:of |in )?(?P<year>(?:19|20)\d\d|(?:19|20) \d\d)\b(?! ?[:.]\d)")
def _month_of_year(match: re.Match[str], sentence: Sentence) -> Period:
    return Period(*month_of(dt.date(sentence.year(match["year"]) or 1, MONTHS[match["month"]], 1)))


@rules.reads(
    rf"\b(?P<year>(?:19|20)\d\d|(?:19|20) \d\d) (?:on )?{MONTH} (?:the )?{DAY_NUMBER}(?:{TH})?(?!\w)",
    rf"\b{MONTH} (?:on )?(?:the )?{DAY_NUMBER}(?:{TH})?(?! ?(?:oclock|am|pm|:\d|[-/] \d)){YEAR}?(?!\w)",
)
def _month_then_day(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    return sentence.date(int(match["day"]), MONTHS[match["month"]], sentence.year(match["year"]))


@rules.reads(
    rf"\b(?:the )?{DAY_NUMBER}{TH}(?: day)?(?: of)?(?: the)? (?P<month>1?\d){TH}(?: month)?{YEAR}",
    rf"\b(?:the )?{DAY_NUMBER}{TH}(?: day)? of (?:the )?(?P<month>1?\d){TH}(?: month)?(?P<year>\b)(?!\w)",
    rf"(?<![\d.:] )\b(?:{OH} )?{DAY_NUMBER} (?:{OH} )?(?P<month>[01]?\d){YEAR}(?! \d)",
)
def _day_then_month_number(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    return sentence.date(int(match["day"]), int(match["month"]), sentence.year(match["year"] or None))


@rules.reads(rf"(?<![\d.:] )\b(?:{OH} )?(?P<month>1[0-2]|[1-9]) (?P<day>1[3-9]|2\d|3[01]){YEAR}(?! \d)")
def _american_birth(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    """Three, twenty-two, forty-one: the month first, as Americans say it."""
    return sentence.date(int(match["day"]), int(match["month"]), sentence.year(match["year"])) if sentence.born else None


@rules.reads(rf"\b(?:the )?{DAY_NUMBER}{TH} (?:{OH} )?(?P<month>[01]?\d){YEAR}(?! \d)")
def _day_then_counted_month(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    """The fourteenth, seven, thirty-one; but "the fourteenth, seven thirty" is a time."""
    like_minutes = re.fullmatch(rf"\d[05]|{OH} \d", match["year"])
    if like_minutes and not sentence.born:
        return None
    return sentence.date(int(match["day"]), int(match["month"]), sentence.year(match["year"]))


@rules.reads(r"(?<!\d )\b(?P<tens>[23])(?P<month>[1-9]) (?P<year>(?:19|20)\d\d|(?:19|20) \d\d|\d\d)\b(?! \d)")
def _run_together(match: re.Match[str], sentence: Sentence) -> dt.date | None:
    """ "thirty five nineteen fifty-six" is the thirtieth of the fifth; "thirty five fifty-six" only for a birth."""
    if len(match["year"]) == 2 and not sentence.born:
        return None
    return sentence.date(int(match["tens"]) * 10, int(match["month"]), sentence.year(match["year"]))

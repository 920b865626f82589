"""Amounts of money in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from voice.tokens import LONGEST
from voice.understanding.figures import NUMBER, figures
from voice.understanding.marks import AMOUNT, AnyOf, Marks, Span
from voice.understanding.numbers import SPAN_WORDS
from voice.understanding.spans import as_json, highest, with_spans
from voice.understanding.wording import CORRECTED

UNITS = {"pound": "GBP", "pounds": "GBP", "quid": "GBP", "sterling": "GBP", "euro": "EUR", "euros": "EUR", "dollar": "USD",
         "dollars": "USD", "buck": "USD", "bucks": "USD", "won": "KRW", "yen": "JPY", "gbp": "GBP", "eur": "EUR", "usd": "USD"}  # fmt: skip
SUBUNITS = {"pence": "GBP", "penny": "GBP", "pennies": "GBP", "p": "GBP", "cents": None, "cent": None}
NOTES = {"fiver": Decimal(5), "tenner": Decimal(10), "grand": Decimal(1000), "bob": Decimal("0.05")}
SIGNS = {"£": "pounds", "$": "dollars", "€": "euros", "gbp": "pounds", "usd": "dollars", "eur": "euros"}
_UNIT, _SUBUNIT = "|".join(UNITS), "|".join(SUBUNITS)
_NOT_MONEY = (
    r"(?!(?:st|nd|rd|th)| ?(?:(?:percent|oclock|am|pm|years?|days?|weeks?|months?|minutes?|hours?|times?|january|february|march|april|"
    r"may|june|july|august|september|october|november|december|people|digits?)\b|[:/]|(?:- )?\d))"
)
_SIGN_FIRST = re.compile(rf"([£$€]|\b(?:gbp|eur|usd)\b) ?({NUMBER})(?: (m|million)\b)?(?! (?:{_UNIT}|{_SUBUNIT})\b)")
_SIGN_LAST = re.compile(r"(?<=\d )[£$€](?! ?\d)")
_NATION = re.compile(r"\b(?:us|american|canadian|australian) (?=dollars?\b)")
_DENIED = re.compile(rf"(?<=\bnot )({NUMBER})(?= {NUMBER} (?:{_UNIT})\b)")  # "not forty, fifty pounds"
_SIGN_BEFORE_SUBUNIT = re.compile(rf"[£$€] ?(\d\d? (?:{_SUBUNIT}))\b")  # a recogniser writes "$24 and $68 cents"
_WHOLE_AND_PART = re.compile(
    rf"(?:(?<![\d.])\b(?P<whole>\d{{1,12}}|an?) |(?<!\d )\b(?=pound \d\d\b))(?P<unit>{_UNIT})(?: sterling)?(?: (?:and )?(?P<part>\d\d?|a) ?(?P<sub>{_SUBUNIT})\b|"
    rf" (?:and )?(?:oh |0 )?(?P<bare>\d\d?)\b{_NOT_MONEY}(?! ?(?:{_UNIT}|{_SUBUNIT})\b)(?!\.\d))"
)
_AND_A_HALF = re.compile(rf"\b(?P<whole>\d{{1,12}}|an?) (?P<unit>{_UNIT}) and (?:a )?(?P<part>half|quarter|3 quarters)\b")
_OF_UNITS = re.compile(rf"\b(?P<amount>{NUMBER}|an?|half an?)(?: odd)? (?P<unit>{_UNIT})\b")
_PAIR_OF_UNITS = re.compile(rf"(?<![\d.])\b(?P<whole>\d{{1,4}}) (?:(?P<oh>oh |0 ))?(?P<part>\d\d?) (?P<unit>{_UNIT})\b")
_OF_SUBUNITS = re.compile(rf"\b(?P<amount>{NUMBER}|an?) (?P<sub>{_SUBUNIT})\b")
_OF_NOTES = re.compile(rf"\b(?P<amount>{NUMBER}|an?|half an?) (?P<note>fivers?|tenners?|grand|bob)\b|\b(?P<one>fiver|tenner)\b")
_PAIR = re.compile(rf"(?<![\d:./-])(?<![:./-] )\b(?P<whole>\d{{1,4}}) (?P<part>\d\d|(?:oh|0) \d)\b{_NOT_MONEY}(?!\.\d)")
_DASHED = re.compile(r"(?<![\d:./-])(?<![:./-] )\b(?P<whole>\d{1,4}) - (?P<part>\d\d)\b(?! ?[-:/.]| \d)")  # "87-28"
_BARE = re.compile(rf"(?<![\d:./])(?<![:/-] )\b(?P<amount>{NUMBER})\b{_NOT_MONEY}")
_SAID, _EXACT, _BARE_NUMBER = 2, 1, 0


class Money(NamedTuple):
    """An amount, its currency where that was said, and how surely it is one."""

    amount: Decimal
    currency: str | None
    rank: int


_UNPARTED = re.compile(r"(?<![\d.,:/£$€-])(?<![£$€] )[1-9]\d{3}(?![\d,:/-]|\.\d)")  # four figures without a comma


def parse_money(text: str) -> Any:
    """{"amount":"42.50","currency":"GBP"}; the currency is None when it was not said.

    An amount with its currency counts more than one without, and pounds and pence ("forty-two fifty") more than a
    bare number; the last of equals counts, and the corrected one. {"from","to"} for "between forty and fifty pounds".
    """
    marks: Marks[Any] = Marks(AMOUNT)
    said = _SIGN_BEFORE_SUBUNIT.sub(r"\1", figures(text))
    said = _SIGN_LAST.sub(lambda m: SIGNS[m[0]], _NATION.sub("", said))
    said = _SIGN_FIRST.sub(lambda m: f"{Decimal(m[2]) * (1_000_000 if m[3] else 1)} {SIGNS[m[1]]}", said)
    unparted = frozenset(_UNPARTED.findall(text[:LONGEST]))
    said = marks.put(said, _DENIED, lambda m: Money(Decimal(m[1]), None, _BARE_NUMBER))
    for pattern, read in _RULES:
        said = marks.put(said, pattern, read)
    said = marks.put(said, _BARE, lambda m: _bare(m[0], pair=m[0] in unparted))
    said = with_spans(said, marks, SPAN_WORDS, _joined)
    chosen = marks.chosen(said, highest(lambda money: money.rank))
    return as_json(_in_currency(chosen, said, marks), _json)


def _count(words: str) -> Decimal:
    return {"a": Decimal(1), "an": Decimal(1), "half": Decimal("0.5")}.get(words.split()[0]) or Decimal(words)


def _whole_and_part(match: re.Match[str]) -> Money:
    part = _count(match["part"] or match["bare"])
    return Money(_count(match["whole"] or "a") + part / 100, UNITS[match["unit"]], _SAID)


def _and_a_half(match: re.Match[str]) -> Money:
    part = {"half": "0.5", "quarter": "0.25", "3 quarters": "0.75"}[match["part"]]
    return Money(_count(match["whole"]) + Decimal(part), UNITS[match["unit"]], _SAID)


def _pair_of_units(match: re.Match[str]) -> Money:
    """Forty-two fifty pounds; but "seventy, seventy-two pounds" and "fourteen, fourteen pounds" began again."""
    whole, part = int(match["whole"]), int(match["part"])
    if part == whole or (whole % 10 == 0 and whole < part < whole + 10):
        return Money(Decimal(part), UNITS[match["unit"]], _SAID)
    return Money(Decimal(match["whole"]) + Decimal(match["part"]) / 100, UNITS[match["unit"]], _SAID)


def _of_notes(match: re.Match[str]) -> Money:
    note = (match["one"] or match["note"]).removesuffix("s")
    return Money(_count(match["amount"] or "a") * NOTES[note], "GBP", _SAID)


def _pair(match: re.Match[str]) -> Money:
    part = match["part"].replace("oh", "0").replace(" ", "")
    return Money(Decimal(match["whole"]) + Decimal(part) / 100, None, _EXACT)


def _dashed(match: re.Match[str]) -> Money | None:
    """ "87-28" is pounds and pence; "40-50" goes from one amount to another."""
    return _pair(match) if int(match["whole"]) > int(match["part"]) else None


def _bare(figure: str, pair: bool) -> Money | AnyOf:
    """A number alone. "1587" is how a recogniser writes "fifteen eighty-seven": pounds and pence come first then."""
    whole = Money(Decimal(figure), None, _EXACT if "." in figure else _BARE_NUMBER)
    if not pair or figure.endswith("00"):
        return whole
    return AnyOf((Money(Decimal(figure) / 100, None, _BARE_NUMBER), whole))


_RULES: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Money | None]]] = [
    (_AND_A_HALF, _and_a_half),
    (_WHOLE_AND_PART, _whole_and_part),
    (_PAIR_OF_UNITS, _pair_of_units),
    (_OF_UNITS, lambda m: Money(_count(m["amount"]), UNITS[m["unit"]], _SAID)),
    (_OF_SUBUNITS, lambda m: Money(_count(m["amount"]) / 100, SUBUNITS[m["sub"]], _SAID)),
    (_OF_NOTES, _of_notes),
    (_PAIR, _pair),
    (_DASHED, _dashed),
]


def _joined(first: Any, last: Any, words: str) -> Span | None:
    """Between forty and fifty pounds: what is said once holds for both."""
    if isinstance(first, (Span, AnyOf)) or isinstance(last, (Span, AnyOf)):
        return None
    if first and last and first.amount >= last.amount:
        return None
    return Span(first, last)


def _in_currency(chosen: Any, said: str, marks: Marks[Money]) -> Any:
    """The chosen amount with the currency that was said beside another: "forty pounds, no, fifty" is in pounds too."""
    if isinstance(chosen, Span):
        ends = [end for end in chosen if end]
        currency = next((end.currency for end in ends if end.currency), None)
        return Span(*(end and end._replace(currency=end.currency or currency) for end in chosen))
    if isinstance(chosen, AnyOf):
        currency = next((money.currency for money in chosen.readings if money.currency), None)
        return AnyOf(tuple(money._replace(currency=money.currency or currency) for money in chosen.readings))
    if chosen and chosen.currency is None and CORRECTED in said:
        return chosen._replace(
            currency=next((money.currency for money in marks.all() if isinstance(money, Money) and money.currency), None)
        )
    return chosen


def _json(money: Money) -> dict[str, str | None]:
    return {"amount": f"{money.amount:.2f}", "currency": money.currency}

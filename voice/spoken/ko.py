"""Korean words for values. Not yet read by somebody whose language it is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ONES = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
TENS = ((1000, "천"), (100, "백"), (10, "십"))
SCALES = ((100_000_000, "억"), (10_000, "만"))
HOURS = ("열두", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한")
DIGITS = ("공", *ONES[1:])  # of a number that is said digit by digit
WEEKDAYS = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")
CURRENCIES = {"KRW": ("원", ""), "GBP": ("파운드", "펜스"), "EUR": ("유로", "센트"), "USD": ("달러", "센트")}
LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트".split(),
        strict=True,
    )
)


def number(value: int) -> str:
    """A whole number below 10,000 억, in Sino-Korean. Raises ValueError beyond."""
    if value < 0:
        return f"마이너스 {number(-value)}"
    if value >= 10**12:
        raise ValueError(f"{value} is too large to say")
    parts: list[str] = []
    for scale, name in SCALES:
        count, value = divmod(value, scale)
        if count:
            parts.append(name if count == 1 and name == "만" and not parts else _below_ten_thousand(count) + name)
    if value:
        parts.append(_below_ten_thousand(value))
    return " ".join(parts) or "영"


def _below_ten_thousand(value: int) -> str:
    spoken = ""
    for scale, name in TENS:
        count, value = divmod(value, scale)
        spoken += ("" if count == 1 else ONES[count]) + name if count else ""
    return spoken + ONES[value]


def money(amount: Decimal, currency: str) -> str:
    """Raises KeyError for a currency without a Korean name."""
    whole_name, hundredth_name = CURRENCIES[currency]
    exact = amount.quantize(Decimal("0.01") if hundredth_name else Decimal(1), ROUND_HALF_UP)
    whole, hundredths = int(abs(exact)), int(abs(exact) * 100) % 100
    parts = [f"{number(whole)} {whole_name}"] if whole or not hundredths else []
    parts += [f"{number(hundredths)} {hundredth_name}"] if hundredths else []
    return ("마이너스 " if exact < 0 else "") + " ".join(parts)


def date(day: dt.date, today: dt.date) -> str:
    if day == today:
        return "오늘"
    if day == today + dt.timedelta(days=1):
        return "내일"
    return _day(day) if day.year == today.year else full_date(day)


def full_date(day: dt.date) -> str:
    return f"{number(day.year)}년 {_day(day)}"


def _day(day: dt.date) -> str:
    month = {6: "유", 10: "시"}.get(day.month) or number(day.month)
    return f"{month}월 {number(day.day)}일 {WEEKDAYS[day.weekday()]}"


def time(time: dt.time) -> str:
    if time.minute == 0 and time.hour in (0, 12):
        return "자정" if time.hour == 0 else "정오"
    minute = "" if time.minute == 0 else " 반" if time.minute == 30 else f" {number(time.minute)}분"
    return f"{'오전' if time.hour < 12 else '오후'} {HOURS[time.hour % 12]} 시{minute}"


def digits(digits: str) -> str:
    """One by one, in groups of three or four with a pause."""
    return ", ".join(_named("".join(re.findall("[0-9]", digits))))


def phone(number: str) -> str:
    return ("플러스 " if number.strip().startswith("+") else "") + digits(number)


def reference(reference: str) -> str:
    return ", ".join(group for part in re.findall(r"[A-Z]+|[0-9]+", reference.upper()) for group in _named(part))


def _named(signs: str) -> list[str]:
    named = [LETTERS.get(sign) or DIGITS[int(sign)] for sign in signs]
    return [" ".join(named[start : start + 4]) for start in range(0, len(named), 4)]


def list_or(items: Sequence[str]) -> str:
    return _joined(items, "또는")


def list_and(items: Sequence[str]) -> str:
    return _joined(items, "그리고")


def _joined(items: Sequence[str], word: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])}, {word} {items[-1]}" if items else ""

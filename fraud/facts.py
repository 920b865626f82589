"""The frozen facts that rules look at. None means unavailable, which is not the same as false."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class MoneyRequest:
    """One payment asked for: its amount, whether the payee is on the allow-list, the amounts settled to the
    same account before, and the amount of the bill on file.

    `payee_match` is how alike the payee's name and reference are to those on file (0-100); `due_in_days` is negative
    for an overdue bill; `local_hour` is the caller's hour of the day; `usual_day_off` is how many days this is away
    from the day on which the biller is usually paid; `largest_usual` bounds the biller's bills in the area.
    """

    amount: Decimal | None = None
    biller_allowed: bool | None = None
    paid_before: tuple[Decimal, ...] | None = None
    bill_amount: Decimal | None = None
    bill_issued: bool | None = None
    payee_match: float | None = None
    payee_account_changed: bool | None = None
    already_paid_on: str | None = None
    due_in_days: int | None = None
    local_hour: int | None = None
    usual_day_off: int | None = None
    largest_usual: Decimal | None = None


@dataclass(frozen=True)
class History:
    """This caller's money requests: sums already settled, the caller's own limits, and counts.

    `today` are the amounts of the last 24 hours, without this one; `asked_today` counts the calls in which a payment was
    asked for in the same time, with this one: several bills in one call are one errand."""

    today: tuple[Decimal, ...] | None = None
    month_total: Decimal | None = None
    day_limit: Decimal | None = None
    month_limit: Decimal | None = None
    asked_today: int | None = None
    new_payees_week: int | None = None
    quiet_days: int | None = None
    same_request_held: bool | None = None


@dataclass(frozen=True)
class Others:
    """Counts across callers: how many pay this payee or reference (14 days), how many accounts name this number."""

    callers_to_payee: int | None = None
    payee_serves_many: bool | None = None
    accounts_on_number: int | None = None
    shared_home: bool | None = None


@dataclass(frozen=True)
class Line:
    """The telephone line. `verified` is the carrier's verification as the provider gives it, such as
    TN-Validation-Passed-A; `odd` is a country or line type unlike this caller's."""

    withheld: bool | None = None
    on_file: bool | None = None
    verified: str | None = None
    odd: bool | None = None


@dataclass(frozen=True)
class Identity:
    """Failures of the PIN, and how many days ago things about the account changed."""

    pin_failures_call: int | None = None
    pin_failures_day: int | None = None
    phone_changed_days: int | None = None
    contact_changed_days: int | None = None
    sim_changed_days: int | None = None
    sure_after_failures: bool | None = None
    referee: bool | None = None


@dataclass(frozen=True)
class Manner:
    """How the call sounds. `second_voice`: somebody near the telephone; `speaks_for_caller`: someone else speaks;
    `pace` against the caller's own 95th percentile (1.0 is equal)."""

    second_voice: bool | None = None
    speaks_for_caller: bool | None = None
    pace: float | None = None


@dataclass(frozen=True)
class Visits:
    """Volunteers and staff around this caller: visits by one volunteer (30 days) and their share, payments asked for
    soon after that volunteer's visits, a detail that the volunteer shares with a caller's payee or contact, looks
    into records against the usual, what staff released, and the visit word."""

    same_volunteer: int | None = None
    same_volunteer_share: float | None = None
    payments_after_visits: int | None = None
    shares_a_detail: bool | None = None
    off_roster: bool | None = None
    views_against_usual: float | None = None
    released_own_hold: bool | None = None
    seconds_to_release: float | None = None
    visit_word_matched: bool | None = None


@dataclass(frozen=True)
class Facts:
    """`words`: the caller's sentences of this call, oldest first. `read`: how a network that has learned from whole
    conversations reads them, as the log-odds of a scam. Without a `request` only rules about words run."""

    words: tuple[str, ...] = ()
    request: MoneyRequest | None = None
    history: History = History()
    others: Others = Others()
    line: Line = Line()
    identity: Identity = Identity()
    manner: Manner = Manner()
    visits: Visits = Visits()
    read: float | None = None


GROUPS = ("history", "others", "line", "identity", "manner", "visits")


def as_line(facts: Facts) -> dict[str, Any]:
    """The facts as a line for `helpline assess`: what was known when something was decided can be assessed again."""
    data = _known(asdict(facts))
    line = {"transcript": data["words"], "facts": {group: data[group] for group in GROUPS if data[group]}}
    line |= {} if facts.read is None else {"read": facts.read}
    return line if facts.request is None else {**line, "request": data["request"]}


def _known(value: Any) -> Any:
    """As JSON has it, without what is unavailable."""
    if isinstance(value, dict):
        return {key: _known(one) for key, one in value.items() if one is not None}
    if isinstance(value, tuple | list):
        return [_known(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value

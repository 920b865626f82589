"""When a hold's clock ends: long enough to cool off, before the bill's due date where that can be, in office hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from helpline.settings import Settings
from helpline.staff.hours import OfficeHours

TIME_TO_DECIDE = dt.timedelta(hours=2)  # that people have before the office closes, after our call


@dataclass(frozen=True)
class HoldClock:
    """`ends_at` is when we ring the caller; a payment after `safe_until` may reach the biller too late."""

    ends_at: dt.datetime
    safe_until: dt.datetime

    @property
    def in_time(self) -> bool:
        return self.ends_at <= self.safe_until


def clock_for(outcome: str, due_on: dt.date, now: dt.datetime, settings: Settings, hours: OfficeHours) -> HoldClock:
    """A payment that only needs our call waits for minutes, any other for its full time; sooner for a bill's sake,
    but never less than the least. Where even that is too late the full time stands, and a person must look at once."""
    holds = settings.holds
    safe = safe_until(due_on, settings, hours)
    wait = dt.timedelta(minutes=holds.confirm_minutes) if outcome == "confirm" else dt.timedelta(hours=holds.first_hours)
    full = hours.next_open(now + wait)
    if full <= safe:
        return HoldClock(full, safe)
    sooner = hours.last_open(safe, TIME_TO_DECIDE)
    enough = sooner >= now + dt.timedelta(hours=holds.least_hours)
    return HoldClock(sooner if enough else full, safe)


def safe_until(due_on: dt.date, settings: Settings, hours: OfficeHours) -> dt.datetime:
    """The last moment at which a payment still reaches its biller by the end of that day."""
    end_of_due_day = dt.datetime.combine(due_on + dt.timedelta(days=1), dt.time.min, hours.zone)
    return end_of_due_day - dt.timedelta(hours=settings.holds.payment_hours)


def longest(set_at: dt.datetime, settings: Settings) -> dt.datetime:
    """The end that no extension passes."""
    return set_at + dt.timedelta(hours=settings.holds.most_hours)

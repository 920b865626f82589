"""Rules about the payment itself, F022 to F037, and what speaks for it, F055 to F057. Unavailable facts never hit."""

from __future__ import annotations

from decimal import Decimal
from statistics import median

from fraud.facts import Facts
from fraud.findings import Hit

CLOSE, EXACT = 80, 95  # how alike a payee's name must be for "close" and for "the same", of 100
FEW = 3  # payments, before which a caller's own history says nothing about amounts


def f022_not_allowed(facts: Facts) -> Hit | None:
    return Hit("the payee is not on the allow-list") if facts.request and facts.request.biller_allowed is False else None


def f023_first_payment(facts: Facts) -> Hit | None:
    return Hit("it is the first payment to this biller") if facts.request and facts.request.paid_before == () else None


def f024_payee_differs(facts: Facts) -> Hit | None:
    match = facts.request.payee_match if facts.request else None
    if match is None or match >= EXACT:
        return None
    return (
        Hit("the payee's name is close to the one on file", "close")
        if match >= CLOSE
        else Hit("the payee's name does not match", "other")
    )


def f025_account_changed(facts: Facts) -> Hit | None:
    return Hit("the biller's account number has changed") if facts.request and facts.request.payee_account_changed else None


def f026_unusual_amount(facts: Facts) -> Hit | None:
    """Far above what this caller pays here; with few payments before, above the biller's bills in the area."""
    request = facts.request
    if request is None or request.amount is None or (usual := _most_usual(request.paid_before, request.largest_usual)) is None:
        return None
    if request.amount > 2 * usual:
        return Hit("the amount is more than twice what is usual", "very_high")
    return Hit("the amount is higher than usual", "high") if request.amount > usual else None


def _most_usual(before: tuple[Decimal, ...] | None, area: Decimal | None) -> Decimal | None:
    if before is None or len(before) < FEW:
        return area
    middle = median(before)
    spread = median(abs(amount - middle) for amount in before)
    high = sorted(before)[min(len(before) - 1, int(len(before) * 0.95))]
    return max(high * Decimal("1.5"), middle + 4 * spread)


def f027_round_amount(facts: Facts) -> Hit | None:
    amount = facts.request.amount if facts.request else None
    return Hit("the amount is a round one") if amount and amount % 50 == 0 else None


def f028_already_paid(facts: Facts) -> Hit | None:
    paid_on = facts.request.already_paid_on if facts.request else None
    return Hit(f"this bill was paid on {paid_on}") if paid_on else None


def f029_not_due(facts: Facts) -> Hit | None:
    if facts.request and facts.request.bill_issued is False:
        return Hit("no bill has been issued")
    days = facts.request.due_in_days if facts.request else None
    return Hit("the bill is not due yet") if days is not None and days > 28 else None


def f030_over_own_limit(facts: Facts) -> Hit | None:
    if facts.request is None or facts.request.amount is None:
        return None
    history, amount = facts.history, facts.request.amount
    over_day = history.day_limit is not None and history.today is not None and sum(history.today, amount) > history.day_limit
    over_month = (
        history.month_limit is not None
        and history.month_total is not None
        and history.month_total + amount > history.month_limit
    )
    return Hit("it is more than the caller's own limit") if over_day or over_month else None


def f031_split(facts: Facts) -> Hit | None:
    history, amount = facts.history, facts.request.amount if facts.request else None
    if amount is None or not history.today or history.day_limit is None:
        return None
    parts = (*history.today, amount)
    almost = all(history.day_limit * Decimal("0.8") < part <= history.day_limit for part in parts)
    return Hit("one sum in parts, each just below the limit") if almost and sum(parts) > history.day_limit else None


def f032_many_requests(facts: Facts) -> Hit | None:
    if facts.history.new_payees_week is not None and facts.history.new_payees_week > 2:
        return Hit("more than two new payees in a week", "payees")
    asked = facts.history.asked_today
    return (
        Hit("payments were asked for in more than three calls in a day", "requests")
        if asked is not None and asked > 3
        else None
    )


def f033_many_callers_one_payee(facts: Facts) -> Hit | None:
    count = facts.others.callers_to_payee
    return (
        Hit(f"{count} callers are to pay this one payee")
        if count and count >= 3 and facts.others.payee_serves_many is False
        else None
    )


def f034_one_number_many_accounts(facts: Facts) -> Hit | None:
    count = facts.others.accounts_on_number
    return (
        Hit("one telephone number stands on several accounts")
        if count and count >= 2 and facts.others.shared_home is False
        else None
    )


def f035_again_while_held(facts: Facts) -> Hit | None:
    return Hit("the same payment is already held") if facts.history.same_request_held else None


def f036_night(facts: Facts) -> Hit | None:
    hour = facts.request.local_hour if facts.request else None
    return Hit("it is the middle of the night") if hour is not None and 0 <= hour < 5 else None


def f037_after_long_quiet(facts: Facts) -> Hit | None:
    days = facts.history.quiet_days
    return Hit("no payment for three months before") if facts.request and days is not None and days > 90 else None


def f055_often_paid(facts: Facts) -> Hit | None:
    before = facts.request.paid_before if facts.request else None
    return Hit("this biller was paid three times or more") if before and len(before) >= FEW else None


def f056_usual_day(facts: Facts) -> Hit | None:
    off = facts.request.usual_day_off if facts.request else None
    return Hit("it is the usual time of the month") if off is not None and abs(off) <= 5 else None


def f057_bill_on_file(facts: Facts) -> Hit | None:
    request = facts.request
    if request is None or request.amount is None or request.amount != request.bill_amount:
        return None
    return Hit("the amount is that of the bill on file")

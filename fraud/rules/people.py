"""Rules about volunteers and staff, F048 to F054: they act on that person's case."""

from __future__ import annotations

import re

from fraud.facts import Facts
from fraud.findings import Hit
from fraud.speech import said

VOLUNTEER = r"(?:volunteer|blue vest|helper|home help|carer|cleaner|lady who comes|man who comes|girl who comes|lad who comes)"
WANTS = r"(?:ask(?:ed|s|ing)?(?: me)?(?: for| to lend| to give)?|want(?:ed|s)|borrow(?:ed|s)?|took|takes|taking|needs|keeps)"
WORTH = r"(?:cash|money|pounds|dollars|pin|bank card|card|loan|jewellery|will|pension|cheques?)"
VOLUNTEER_WANTS = re.compile(rf"\b{VOLUNTEER}\b(?: \w+){{0,4}} {WANTS}\b(?: \w+){{0,6}} (?:my |the |a |his |her )?{WORTH}\b")


def f048_volunteer_wants_money(facts: Facts) -> Hit | None:
    return Hit("a volunteer or carer asks for money or a card") if said(VOLUNTEER_WANTS, facts.words) else None


def f049_same_volunteer(facts: Facts) -> Hit | None:
    often = (facts.visits.same_volunteer or 0) > 8 or (facts.visits.same_volunteer_share or 0) > 0.7
    return Hit("it is nearly always the same volunteer") if often else None


def f050_payments_after_visits(facts: Facts) -> Hit | None:
    again = (facts.visits.payments_after_visits or 0) >= 2
    return Hit("payments were asked for soon after one volunteer's visits") if again else None


def f051_volunteer_is_payee(facts: Facts) -> Hit | None:
    return Hit("a volunteer's details are those of a payee or contact") if facts.visits.shares_a_detail else None


def f052_volunteer_looks_around(facts: Facts) -> Hit | None:
    looks = facts.visits.off_roster or (facts.visits.views_against_usual or 0) > 3
    return Hit("a volunteer opens records that are not theirs to see") if looks else None


def f053_own_release(facts: Facts) -> Hit | None:
    quick = facts.visits.seconds_to_release is not None and facts.visits.seconds_to_release < 60
    return Hit("a hold was released by who set it, or in a hurry") if facts.visits.released_own_hold or quick else None


def f054_wrong_visit_word(facts: Facts) -> Hit | None:
    return Hit("the visitor did not know the visit word") if facts.visits.visit_word_matched is False else None

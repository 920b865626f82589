"""Rules about the line and who is on it: F038 to F047, and F058. Unavailable facts never hit; nothing here is proof of who calls."""

from __future__ import annotations

from fraud.facts import Facts
from fraud.findings import Hit

PASSED = "TN-Validation-Passed-"
FAILED = "TN-Validation-Failed"


def f038_withheld(facts: Facts) -> Hit | None:
    return Hit("the number is withheld") if facts.line.withheld else None


def f039_number_not_genuine(facts: Facts) -> Hit | None:
    failed = facts.line.on_file and (facts.line.verified or "").startswith(FAILED)
    return Hit("the carrier could not confirm that the number is genuine") if failed else None


def f040_weakly_verified(facts: Facts) -> Hit | None:
    weak = facts.line.verified in (f"{PASSED}B", f"{PASSED}C")
    return Hit("the carrier vouches for the number only weakly") if weak else None


def f041_verified(facts: Facts) -> Hit | None:
    genuine = facts.line.on_file and facts.line.verified == f"{PASSED}A"
    return Hit("the carrier vouches for the number on file") if genuine else None


def f042_odd_line(facts: Facts) -> Hit | None:
    return Hit("the country or kind of line is not the caller's usual one") if facts.line.odd else None


def f043_phone_changed(facts: Facts) -> Hit | None:
    return _changed(facts, facts.identity.phone_changed_days, 14, "the telephone number on file is new")


def f044_contact_changed(facts: Facts) -> Hit | None:
    return _changed(facts, facts.identity.contact_changed_days, 30, "the contact, the address or a limit is new")


def f045_pin_failures(facts: Facts) -> Hit | None:
    many = (facts.identity.pin_failures_call or 0) >= 3 or (facts.identity.pin_failures_day or 0) >= 5
    return Hit("the PIN was wrong several times") if many else None


def f046_sim_changed(facts: Facts) -> Hit | None:
    return _changed(facts, facts.identity.sim_changed_days, 14, "the telephone's SIM was changed lately")


def f047_sure_after_failures(facts: Facts) -> Hit | None:
    return Hit("the caller was identified after many failures") if facts.identity.sure_after_failures else None


def f058_referee(facts: Facts) -> Hit | None:
    return Hit("a trained member of staff vouches on the call") if facts.request and facts.identity.referee else None


def _changed(facts: Facts, days: int | None, within: int, reason: str) -> Hit | None:
    return Hit(reason) if facts.request and days is not None and 0 <= days < within else None

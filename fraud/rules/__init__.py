"""The rules: each a small pure function from facts to a hit or None, under a permanent id, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable

from fraud.facts import Facts
from fraud.findings import Hit
from fraud.rules import account, payment, people, words

Rule = Callable[[Facts], Hit | None]

RULES: dict[str, Rule] = {
    "F001": words.f001_gift_card,
    "F002": words.f002_crypto,
    "F003": words.f003_wire_or_courier,
    "F004": words.f004_remote_access,
    "F005": words.f005_safe_account,
    "F006": words.f006_secrecy,
    "F007": words.f007_coached,
    "F008": words.f008_another_line,
    "F009": words.f009_urgency,
    "F010": words.f010_authority_called,
    "F011": words.f011_threat,
    "F012": words.f012_utility_impostor,
    "F013": words.f013_family_emergency,
    "F014": words.f014_money_promised,
    "F015": words.f015_friend_online,
    "F016": words.f016_secret_asked_for,
    "F017": words.f017_second_voice,
    "F018": words.f018_speaks_for_caller,
    "F019": words.f019_cannot_say_what_for,
    "F020": words.f020_distress,
    "F021": words.f021_reads_aloud,
    "F022": payment.f022_not_allowed,
    "F023": payment.f023_first_payment,
    "F024": payment.f024_payee_differs,
    "F025": payment.f025_account_changed,
    "F026": payment.f026_unusual_amount,
    "F027": payment.f027_round_amount,
    "F028": payment.f028_already_paid,
    "F029": payment.f029_not_due,
    "F030": payment.f030_over_own_limit,
    "F031": payment.f031_split,
    "F032": payment.f032_many_requests,
    "F033": payment.f033_many_callers_one_payee,
    "F034": payment.f034_one_number_many_accounts,
    "F035": payment.f035_again_while_held,
    "F036": payment.f036_night,
    "F037": payment.f037_after_long_quiet,
    "F038": account.f038_withheld,
    "F039": account.f039_number_not_genuine,
    "F040": account.f040_weakly_verified,
    "F041": account.f041_verified,
    "F042": account.f042_odd_line,
    "F043": account.f043_phone_changed,
    "F044": account.f044_contact_changed,
    "F045": account.f045_pin_failures,
    "F046": account.f046_sim_changed,
    "F047": account.f047_sure_after_failures,
    "F048": people.f048_volunteer_wants_money,
    "F049": people.f049_same_volunteer,
    "F050": people.f050_payments_after_visits,
    "F051": people.f051_volunteer_is_payee,
    "F052": people.f052_volunteer_looks_around,
    "F053": people.f053_own_release,
    "F054": people.f054_wrong_visit_word,
    "F055": payment.f055_often_paid,
    "F056": payment.f056_usual_day,
    "F057": payment.f057_bill_on_file,
    "F058": account.f058_referee,
    "F059": words.f059_like_a_scam,
    "F060": words.f060_ordered,
}

ABOUT_WORDS = frozenset([*(f"F{number:03}" for number in range(1, 22)), "F048", "F059", "F060"])  # need no money request

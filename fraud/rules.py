"""The rules: each a small pure function from facts to a reason (a hit) or None (a miss), under a permanent id."""

from __future__ import annotations

import re
from collections.abc import Callable

from fraud.facts import Facts

NEGATORS = {"no", "not", "never", "nobody", "didn't", "didnt", "don't", "dont", "won't", "wont", "wasn't", "without", "isn't"}
CLAUSE_ENDS = {"but", "so", "then", "because"}
NEGATION_REACH = 4  # words before the signal, within the clause
PAST_OR_NEWS = re.compile(r"\b(last year|years ago|radio|television|telly|the news|newspaper|leaflet)\b")
OTHER_PEOPLE = re.compile(
    r"\bmy (neighbour|neighbor|friend|sister|brother|cousin) (was|got|paid|had|lost|told me (that )?(she|he|they))\b"
)

GIFT_CARD = re.compile(r"\b(gift|google play|steam|itunes|apple|amazon|prepaid)\s?(cards?|vouchers?)\b")
PAYING = re.compile(r"\b(pay|paid|paying|payment|fees?|bill|fine|tax|codes?|numbers? on the back|read (them|it) out|scratch)\b")
CRYPTO = re.compile(r"\b(bit\s?coins?|crypto(currency)?|ethereum)\b")
WIRE = re.compile(r"\b(western union|moneygram|wire (the |my |some )?money|wire transfer|courier|gold (bars?|coins?))\b")
REMOTE = re.compile(r"\b(any\s?desk|team\s?viewer|remote access|(into|control of|take over) my (computer|laptop|tablet))\b")
SAFE_ACCOUNT = re.compile(
    r"\bsafe accounts?\b|\b(move|moving|moved|transfer(red|ring)?|put|send)\b.{0,40}\b(money|savings)\b.{0,40}\b(safe|protect|secure)\b"
    r"|\b(protect|keep)\b.{0,20}\b(money|savings)\b.{0,20}\b(safe|another account|new account)\b"
)
SECRECY = re.compile(
    r"\b(told|asked|said|says|want(s|ed)?)\b.{0,25}\b(not|never|don't|dont)\b.{0,12}\b(tell|say|mention|speak)\b"
    r"|\bkeep (it|this) (a )?(secret|quiet|private|between us)\b"
)
COACHED = re.compile(r"\b(told me (what|exactly what) to say|(have|supposed|told) to say (it|it's|it is|that)\b)")


def _said(pattern: re.Pattern[str], facts: Facts) -> str | None:
    """The caller's own sentence in which the signal stands, unless it is denied, past, news or another's story."""
    for sentence in facts.words:
        text = sentence.lower().replace("’", "'")
        for match in pattern.finditer(text):
            if not (_denied(text[: match.start()]) or PAST_OR_NEWS.search(text) or OTHER_PEOPLE.search(text)):
                return sentence
    return None


def _denied(before: str) -> bool:
    clause = re.split(r"[.,;!?]", before)[-1].split()
    for index in range(len(clause) - 1, -1, -1):
        if clause[index] in CLAUSE_ENDS:
            clause = clause[index + 1 :]
            break
    return any(word in NEGATORS for word in clause[-NEGATION_REACH:])


def f001_gift_card(facts: Facts) -> str | None:
    """A gift card as payment, or its codes read out. A gift card as a present is none of our business."""
    sentence = _said(GIFT_CARD, facts)
    return "gift cards were named as payment" if sentence and PAYING.search(sentence.lower()) else None


def f002_crypto(facts: Facts) -> str | None:
    return "cryptocurrency was named" if _said(CRYPTO, facts) else None


def f003_wire(facts: Facts) -> str | None:
    return "a wire, a courier or gold was named" if _said(WIRE, facts) else None


def f004_remote_access(facts: Facts) -> str | None:
    return "somebody wants into the caller's computer" if _said(REMOTE, facts) else None


def f005_safe_account(facts: Facts) -> str | None:
    return "money is to be moved to keep it safe" if _said(SAFE_ACCOUNT, facts) else None


def f006_secrecy(facts: Facts) -> str | None:
    return "the caller was told to keep it secret" if _said(SECRECY, facts) else None


def f007_coached(facts: Facts) -> str | None:
    return "the caller was told what to say" if _said(COACHED, facts) else None


def f022_not_allowed(facts: Facts) -> str | None:
    return "the payee is not on the allow-list" if facts.request and facts.request.biller_allowed is False else None


def f023_first_payment(facts: Facts) -> str | None:
    return "it is the first payment to this biller" if facts.request and facts.request.paid_before == () else None


def f055_often_paid(facts: Facts) -> str | None:
    before = facts.request and facts.request.paid_before
    return "this biller was paid three times or more" if before and len(before) >= 3 else None


def f057_bill_on_file(facts: Facts) -> str | None:
    request = facts.request
    if request is None or request.amount is None or request.amount != request.bill_amount:
        return None
    return "the amount is that of the bill on file"


RULES: dict[str, Callable[[Facts], str | None]] = {
    "F001": f001_gift_card,
    "F002": f002_crypto,
    "F003": f003_wire,
    "F004": f004_remote_access,
    "F005": f005_safe_account,
    "F006": f006_secrecy,
    "F007": f007_coached,
    "F022": f022_not_allowed,
    "F023": f023_first_payment,
    "F055": f055_often_paid,
    "F057": f057_bill_on_file,
}

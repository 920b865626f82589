"""Whatever is said, whenever and whatever was asked: a meaning or a value, and work that does not grow with the sentence."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voice.heard import Expecting
from voice.languages import INTENTS, load_language
from voice.tokens import LONGEST, plain, tokens
from voice.understanding import PARSERS, likeliest, parse, understand
from voice.understanding.intents import MOST_LETTERS, last_words

LANGUAGES = {code: load_language(code) for code in ("en", "ko")}
EXPECTING = st.sampled_from(
    [
        *(Expecting(name) for name in ("open", "yes_no", "digits", "date")),
        Expecting("pin", digits=6, secret=True),
        Expecting("message", record=True),
        Expecting("choice", options=("City Electric", "half past nine", "")),
        Expecting("name", options=("Margaret Hill", "김영희")),
        Expecting("yes_no", options=("Margaret Hill",)),
    ]
)
NOW = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=14))]))
WORDS = st.lists(
    st.sampled_from(
        "no sorry i mean not yes pay the gas bill and monday or tomorrow next last week year bank holiday before after between "
        "until half past seven o'clock in nine thousand million years ago £ 29 february christmas ambulance 요금 네 아니요 화요일 "
        "\x00 \u202e \ud800 💷 ٩٩ ½ -1 1/2/3 1e9 ''".split(" ")
    ),
    max_size=12,
).map(" ".join)
SAID = st.one_of(WORDS, st.text(st.characters(), max_size=80))


@settings(max_examples=60, deadline=None)
@given(said=SAID, code=st.sampled_from(sorted(LANGUAGES)), expecting=EXPECTING, now=NOW)
@example("in nine million years", "en", Expecting("date"), dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
@example("no in nine million years", "en", Expecting("yes_no"), dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
@example("the bank holiday monday", "en", Expecting("date"), dt.datetime.max.replace(tzinfo=dt.UTC))
@example("\ud800", "ko", Expecting("open"), dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
def test_anything_said_has_a_meaning(said: str, code: str, expecting: Expecting, now: dt.datetime) -> None:
    for meaning in (understand(said, LANGUAGES[code], expecting, now), likeliest(said, LANGUAGES[code], now)):
        assert meaning.intent in {*INTENTS, ""} and 0 <= meaning.confidence <= 1
        json.dumps([meaning.slots, meaning.also], allow_nan=False)


@settings(deadline=None)
@given(kind=st.sampled_from(sorted(PARSERS)), said=SAID, now=NOW)
def test_a_value_is_looked_for_at_any_time(kind: str, said: str, now: dt.datetime) -> None:
    json.dumps(parse(kind, said, now), allow_nan=False)


LONG = ["pay the gas bill on monday ", "1,", "a", "\ufdfa", "no sorry i mean nine ", "\x00 "]


@pytest.mark.parametrize("piece", LONG, ids=[ascii(piece.strip()) for piece in LONG])
def test_of_a_megabyte_only_as_much_is_read_as_a_turn_can_hold(piece: str) -> None:
    said = piece * (2**20 // len(piece))
    now = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC)
    assert plain(said) == plain(said[:LONGEST]) and len("".join(tokens(said))) <= LONGEST
    assert len(last_words(plain(said))) <= MOST_LETTERS
    assert likeliest(said, LANGUAGES["en"], now).intent == likeliest(said[:LONGEST], LANGUAGES["en"], now).intent
    assert [parse(kind, said, now) for kind in PARSERS] == [parse(kind, said[:LONGEST], now) for kind in PARSERS]

"""Values in sentences: a table of tricky phrases, and whatever people may say or a line may bring."""

from __future__ import annotations

import json
import random
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.voice.understanding.spoken_values import MAKERS, NOW, said
from voice.understanding import PARSERS, parse

TABLE = tomllib.loads((Path(__file__).parent / "values.toml").read_text("utf-8"))
NOTHING = TABLE.pop("nothing")


def complete(value: Any) -> Any:
    """What the table leaves out for want of a null: an end that was not said, a currency that was not said."""
    if not isinstance(value, dict):
        return value
    if "any_of" in value:
        return {"any_of": [complete(reading) for reading in value["any_of"]]}
    if "amount" in value:
        return {"amount": value["amount"], "currency": value.get("currency")}
    return {"from": complete(value.get("from")), "to": complete(value.get("to"))}


@pytest.mark.parametrize(
    ("kind", "sentence", "value"),
    [(kind, sentence, complete(value)) for kind, table in TABLE.items() for sentence, value in table.items()],
)
def test_what_people_say_has_its_value(kind: str, sentence: str, value: Any) -> None:
    assert parse(kind, sentence, NOW) == value


@pytest.mark.parametrize(("kind", "sentence"), [(kind, sentence) for kind, table in NOTHING.items() for sentence in table])
def test_a_sentence_without_a_value_has_none(kind: str, sentence: str) -> None:
    assert parse(kind, sentence, NOW) is None


@pytest.mark.parametrize("kind", sorted(TABLE))
def test_a_recognisers_writing_reads_like_a_persons(kind: str) -> None:
    """No capitals, no commas, no hyphens between words."""
    for sentence, value in TABLE[kind].items():
        if not any(sign.isdigit() for sign in sentence):
            plain = sentence.lower().replace(", ", " ").replace("-", " ").replace("'", "")
            assert parse(kind, plain, NOW) == complete(value), plain


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_nearly_all_random_values_are_read_right(kind: str) -> None:
    """A share and not each: some of what chance says has two meanings. `spoken_values` prints the exact figures."""
    rng = random.Random(f"tests {kind}")
    sentences = [said(rng, kind) for _ in range(400)]
    right = sum(parse(kind, sentence.text, NOW) == sentence.value for sentence in sentences)
    assert right >= 0.97 * len(sentences)


@settings(deadline=None)
@given(kind=st.sampled_from(sorted(PARSERS)), text=st.text(max_size=300))
@example(kind="number", text=str(10**40))
@example(kind="money", text="£" + "9" * 400)
@example(kind="digits", text="4" * 2000)
@example(kind="date", text="99/99/9999 and the 31st of February 9999, 0000-00-00")
@example(kind="datetime", text="in 999 years, 999 months and 999 weeks on Tuesday week")
@example(kind="duration", text="9" * 30 + " years and a half")
@example(kind="time", text="99:99, 24:60, 0:00, half past 99 and 25 to noon")
@example(kind="time", text="\ue800 \uf000 between \ue000 and \ue801")
def test_whatever_comes_is_a_json_value_or_none(kind: str, text: str) -> None:
    json.dumps(parse(kind, text, NOW), allow_nan=False)


WORDS = st.lists(
    st.sampled_from(
        "the a an of to for no not sorry half quarter past at in on before after between and or until four thirty hundred thousand "
        "million point oh double first fourth second march may monday week fortnight next last month weekend pounds pence p quid "
        "hour minutes day ago christmas bank holiday morning noon 4 4.30 16:30 £42 03/04 1946 st".split()
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=300)
@example(kind="digits", words=["the", "hundred"])
@given(kind=st.sampled_from(sorted(PARSERS)), words=WORDS)
def test_any_jumble_of_the_right_words_is_a_json_value_or_none(kind: str, words: list[str]) -> None:
    json.dumps(parse(kind, " ".join(words), NOW), allow_nan=False)


@given(pence=st.integers(1, 10_000_000))
def test_every_amount_that_is_written_is_read_to_the_penny(pence: int) -> None:
    amount = Decimal(pence) / 100
    assert parse("money", f"it's £{amount:,.2f}, I think", NOW) == {"amount": f"{amount:.2f}", "currency": "GBP"}


@given(digits=st.text("0123456789", min_size=1, max_size=20))
def test_every_string_of_digits_is_read_as_it_is_dictated(digits: str) -> None:
    names = dict(zip("0123456789", "oh one two three four five six seven eight nine".split(), strict=True))
    assert parse("digits", " ".join(names[digit] for digit in digits), NOW) == digits


@given(day=st.dates(NOW.date().replace(year=1910), NOW.date().replace(year=2008)))
def test_every_date_of_birth_is_read_day_first(day: Any) -> None:
    assert parse("date", f"I was born on {day:%d/%m/%Y}", NOW) == day.isoformat()

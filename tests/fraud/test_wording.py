"""The learned word signal: the same everywhere, from the text that is here, and never enough to refuse."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from fraud.assess import assess, ruleset
from fraud.facts import Facts, MoneyRequest
from fraud.garble import garble
from fraud.learn import CONVERSATIONS, compose, fingerprint, fit, halves, many, read_text
from fraud.wording import WEIGHTS, evidence, features, likeness

SCAM = (
    "he said he was from the bank",
    "he has opened another account for me",
    "I was to say nothing to the staff",
    "it all has to go today",
)


def test_the_weights_were_learned_from_the_text_that_is_here() -> None:
    with np.load(WEIGHTS) as stored:
        assert str(stored["text"]) == fingerprint(), "config/fraud/words was changed: run python -m fraud.learn"


def test_there_is_text_enough_to_learn_from() -> None:
    text = read_text()
    scam, honest = (sum(len(family.says) for family in text.labelled(label)) for label in ("scam", "honest"))
    assert scam >= 700 and honest >= 1200


def test_the_same_text_gives_the_same_weights() -> None:
    text = read_text()
    first, second = (fit(many(text, "scam", 20, 1), many(text, "honest", 20, 2)) for _ in range(2))
    assert np.array_equal(first.weights, second.weights) and first.bias == second.bias


def test_what_is_learned_carries_over_to_sentences_not_seen() -> None:
    seen, unseen = halves(read_text())
    count = CONVERSATIONS // 2  # as half of the text is seen
    learned = fit(many(seen, "scam", count, 1), many(seen, "honest", count, 2))
    scam = [evidence(words, learned) for words in many(unseen, "scam", 200, 3)]
    honest = [evidence(words, learned) for words in many(unseen, "honest", 200, 4)]
    assert np.mean(np.asarray(scam)[:, None] > np.asarray(honest)[None, :]) > 0.85


def test_likeness_alone_holds_and_never_refuses() -> None:
    words = (*SCAM, *(sentence for conversation in many(read_text(), "scam", 5, 9) for sentence in conversation))
    like = [finding for finding in assess(Facts(words), ruleset()).findings if finding.id == "F059"]
    assert likeness(words) > 1 and like[0].points < ruleset().bands["refuse"] and like[0].floor == "hold"


@pytest.mark.parametrize(
    "words",
    [
        "I want to pay my electricity bill",
        "yes please pay it",
        "it's urgent, it's due on Friday",
        "my daughter rang me about it",
    ],
)
def test_ordinary_words_never_stop_a_payment_to_an_allowed_biller(words: str) -> None:
    assert "F059" not in [
        finding.id for finding in assess(Facts((words,), MoneyRequest(biller_allowed=True)), ruleset()).findings
    ]


def test_nothing_said_is_like_nothing() -> None:
    assert likeness(()) == 0 and likeness(("",)) == 0 and likeness(("!?",)) == 0


def test_denied_words_are_other_words() -> None:
    assert set(features(("nobody asked me",))[0]) != set(features(("somebody asked me",))[0])


def test_garbling_and_composing_repeat_themselves() -> None:
    sentence = "he told me to take the card to the bank"
    assert garble(sentence, Random(4), 0.5) == garble(sentence, Random(4), 0.5) != sentence
    assert compose(read_text(), "scam", Random(2)) == compose(read_text(), "scam", Random(2))

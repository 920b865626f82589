"""What was read out: a receipt, an appointment, who comes. It is heard again by asking for that, and by nothing else."""

from __future__ import annotations

import pytest

from tests.voice.dialogue.test_everywhere import ENGLISH, NOW, at, press, say, spoken
from voice.dialogue import ASKS, advance
from voice.heard import Meaning, Step
from voice.understanding import understand

GOES_ON = {
    "bill.receipt": "bills.receipt_heard",
    "appointment.booked": "appointments.read_back",
    "appointment.cancelled": "appointments.heard",
    "appointment.moved": "appointments.heard",
    "appointment.told_last": "",
    "tell.accepted": "visits.told",
    "tell.waiting": "visits.told",
    "tell.cancelled": "visits.told",
}  # the order by which it counts as heard; the last appointment is only told


def hear(ask: str, words: str) -> Step:
    return advance(at(ask), understand(words, ENGLISH, ASKS[ask].expecting(at(ask)), NOW))


def went_on(ask: str, step: Step) -> bool:
    return step.order.name == GOES_ON[ask] if step.order else step.state.ask == "anything_else" and not GOES_ON[ask]


@pytest.mark.parametrize("ask", GOES_ON)
@pytest.mark.parametrize(
    "words",
    ["yes", "no", "no thank you", "thank you", "that's all", "I got that, thank you", "that's lovely thank you",
     "I don't need it again", "no need to say it again"],
)  # fmt: skip
def test_whatever_is_no_again_goes_on(ask: str, words: str) -> None:
    assert went_on(ask, hear(ask, words))


@pytest.mark.parametrize("ask", GOES_ON)
@pytest.mark.parametrize(
    "words",
    ["again", "again please", "can you say that again", "no, I didn't catch that", "no I did not get it", "yes, once more please",
     "that was too fast"],
)  # fmt: skip
def test_whoever_has_not_got_it_hears_it_again(ask: str, words: str) -> None:
    step = hear(ask, words)
    assert step.order is None and step.state.ask == ask and step.says[-1].key == ask


@pytest.mark.parametrize("ask", GOES_ON)
def test_the_keys_do_what_is_said_of_them(ask: str) -> None:
    assert "To go on, press one. To hear it again, press two." in ENGLISH.prompts[f"{ask}.keys"]
    assert went_on(ask, press(at(ask), "1"))
    assert press(at(ask), "2").state.ask == ask


@pytest.mark.parametrize("ask", GOES_ON)
def test_the_question_names_the_word_for_again(ask: str) -> None:
    assert "To hear it again, say: again." in spoken(say(at(ask), "repeat"))


@pytest.mark.parametrize("ask", sorted(GOES_ON.keys() - {"appointment.told_last"}))
def test_who_takes_leave_has_heard_it(ask: str) -> None:
    assert advance(at(ask), Meaning("goodbye", text="bye bye")).order.name == GOES_ON[ask]

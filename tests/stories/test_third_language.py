"""A third language needs no Python: whole calls in Spanish, made as docs/adding.md says from the data in `spanish/`."""

from __future__ import annotations

import importlib.util
import json
import secrets
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpline.app import create_app
from helpline.calls.conversation import Conversation
from helpline.calls.turns import open_call
from helpline.db import db
from helpline.models import Caller, ServiceRequest
from helpline.settings import load_settings
from tests.cast import MARGARET, PEPPER, Clock, enrol
from tests.needs import needs
from voice import spoken, traits
from voice.heard import Expecting, Heard
from voice.languages import load_language
from voice.tokens import plain
from voice.understanding import understand
from voice.understanding.learning import learn
from volunteers.models import Task

SPANISH = Path(__file__).parent / "spanish"
TRANSLATED = tomllib.loads((SPANISH / "prompts.toml").read_text("utf-8"))
EXAMPLES = tomllib.loads((SPANISH / "tests.toml").read_text("utf-8"))["examples"]


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """English as it is, and a Spanish that begins as a copy of the English prompts and has learned its sentences."""
    folder = tmp_path_factory.mktemp("languages")
    shutil.copytree(traits.FOLDER / "en", folder / "en")
    shutil.copytree(SPANISH, folder / "es")
    english = tomllib.loads((folder / "en" / "prompts.toml").read_text("utf-8"))
    entries = {key: entry["text"] for key, entry in {**english, **TRANSLATED}.items()}
    written = [f'["{key}"]\ntext = {json.dumps(text, ensure_ascii=False)}\n' for key, text in entries.items()]
    (folder / "es" / "prompts.toml").write_text("".join(written), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(traits, "FOLDER", folder)
        learn(load_language("es"))
        yield folder


@pytest.fixture
def office(languages: Path, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """An English office that has a Vosk model for Spanish, in which Margaret is known."""
    needs(importlib.util.find_spec("espeakng_loader"), "the package espeakng-loader")
    model = {"vosk_models": {"es": str(tmp_path / "vosk-model-small-es")}}
    app = create_app(load_settings({}, data_dir=str(tmp_path), pin_pepper=PEPPER, speech=model), clock.now)
    with app.app_context():
        db.create_all()
        enrol(clock.now())
        yield app
        db.session.remove()
        db.engine.dispose()


class Line:
    """Margaret's telephone. Every answer comes as it would through the grammar of the question: in its words."""

    def __init__(self, app: Flask, clock: Clock, purpose: dict[str, Any] | None = None) -> None:
        self._conversation: Conversation = app.extensions["helpline"].conversation
        call = open_call(secrets.token_hex(8), MARGARET, "outbound" if purpose else "inbound", clock.now())
        call.purpose = purpose or {}
        self._call = call.id
        db.session.commit()
        self.reply = self._conversation.begin(self._call)

    def say(self, text: str) -> str:
        phrases = load_language(self.reply.language).phrases(self.reply.expecting)
        assert phrases is None or set(plain(text).split()) <= set(" ".join(phrases).split()), "it could not be heard"
        return self._hear(Heard(text=text))

    def press(self, keys: str) -> str:
        return self._hear(Heard(keys=keys))

    def mumble(self, text: str) -> str:
        """What no grammar would let through: an engine without one heard it."""
        return self._hear(Heard(text=text))

    def _hear(self, heard: Heard) -> str:
        self.reply = self._conversation.take_turn(self._call, self.reply.turn + 1, heard)
        if self.reply.language == "es":
            assert {said.key for said in self.reply.says} <= TRANSLATED.keys(), "a foreign word in between"
        return str(self.reply.text)


def test_margaret_changes_to_spanish_by_key_and_a_volunteer_is_asked(office: Flask, clock: Clock) -> None:
    line = Line(office, clock)
    assert line.reply.text.startswith("Hello.")
    line.say("yes")
    assert line.press("8").startswith("Seguimos en español. ¿Qué desea, Margaret?")
    assert "la compra, compañía, el jardín" in line.say("ayuda en casa")
    assert line.say("la compra") == "¿Qué día le viene bien?"
    assert line.say("jueves") == "¿Por la mañana o por la tarde?"
    assert line.say("por la tarde") == "Ayuda para la compra, el día 2 6, 1 1, por la tarde. ¿Pregunto a los voluntarios?"
    assert line.say("sí por favor").startswith("Ya estoy preguntando.")
    assert line.say("no gracias") == "Gracias por llamar. Adiós."
    assert (line.reply.then, line.reply.language) == ("hang_up", "es")
    task = db.session.scalars(select(Task)).one()
    assert (task.kind, task.summary, task.day.isoformat(), task.part_of_day) == (
        "shopping",
        "shopping",
        "2026-11-26",
        "afternoon",
    )


def test_the_next_call_begins_in_spanish_and_hears_figures_and_the_wish_for_a_person(office: Flask, clock: Clock) -> None:
    first = Line(office, clock)
    first.say("yes")
    first.press("8")
    first.say("adiós")
    assert db.session.scalars(select(Caller).where(Caller.phone == MARGARET)).one().language == "es"
    clock.pass_time(days=1)
    line = Line(office, clock)
    assert (
        line.reply.text
        == "Hola. Habla con Blue Vest, una línea automática. Si quiere hablar con una persona, pulse cero. ¿Hablo con Margaret?"
    )
    line.say("sí soy yo")
    assert line.say("mi número de teléfono") == "Diga el número nuevo, despacio."
    assert "0 2 0 7, 1 8 3 8, 7 9 9" in line.say("cero dos cero siete uno ocho tres ocho siete nueve nueve")
    assert line.say("sí").startswith("Lo he apuntado")
    assert line.say("una persona").startswith("Ahora no hay nadie libre. Le llamarán dentro de una hora.")
    asked = [request.intent for request in db.session.scalars(select(ServiceRequest).order_by(ServiceRequest.id))]
    assert asked == ["update_details", "speak_to_person"]


def test_the_helpline_rings_margaret_in_spanish(office: Flask, clock: Clock) -> None:
    margaret = db.session.scalars(select(Caller).where(Caller.phone == MARGARET)).one()
    margaret.language = "es"
    asked = Line(office, clock)
    for words in ("sí", "ayuda en casa", "la compra", "jueves", "por la tarde", "sí", "no"):
        asked.say(words)
    task = db.session.scalars(select(Task)).one()
    task.status = "cancelled"
    purpose = {"kind": "tell_who_comes", "task_id": task.id, "caller_id": margaret.id}
    line = Line(office, clock, purpose)
    assert line.reply.text == "Hola, soy Blue Vest. ¿Hablo con Margaret?"
    assert line.say("sí") == "La visita del día 2 6, 1 1, para la compra, no tiene lugar, como usted pidió. ¿Me ha entendido?"


def test_what_is_not_understood_is_asked_again_in_spanish(office: Flask, clock: Clock) -> None:
    line = Line(office, clock)
    line.say("yes")
    line.press("8")
    said = line.mumble("hace sol en la calle")
    assert said.startswith("Perdone, no le he entendido. ¿Qué desea, Margaret?")


def test_somebody_who_is_unknown_hears_in_spanish_how_to_change(office: Flask, clock: Clock) -> None:
    call = open_call("CA1", "+442071838999", "inbound", clock.now())
    reply = office.extensions["helpline"].conversation.begin(call.id)
    assert [(said.key, said.language) for said in reply.says][1] == ("language.by_key", "es")
    assert "Para español, pulse ocho." in reply.text


@pytest.mark.usefixtures("languages")
@pytest.mark.parametrize("example", EXAMPLES, ids=[example["say"] for example in EXAMPLES])
def test_the_examples_of_spanish_mean_what_they_should(example: dict[str, Any], clock: Clock) -> None:
    expecting = Expecting(example.get("expecting", "open"), options=tuple(example.get("options", ())))
    meaning = understand(example["say"], load_language("es"), expecting, clock.now())
    assert meaning.intent == example.get("intent", meaning.intent) != example.get("not")
    assert {name: meaning.slots.get(name) for name in example.get("slots", {})} == example.get("slots", {})


def test_there_is_no_python_for_it() -> None:
    assert spoken.renderer("es") is spoken.figures
    assert {path.suffix for path in SPANISH.iterdir()} == {".toml"}

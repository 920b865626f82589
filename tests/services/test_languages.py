"""The languages of the line: named in the language that is spoken now, and a choice remembered."""

from __future__ import annotations

from flask import Flask

from helpline.db import db
from helpline.models import Caller
from helpline.services import languages
from tests.cast import People, on_the_line


def test_languages_are_named_in_the_one_that_is_spoken(app: Flask, people: People) -> None:
    with app.app_context():
        known = languages.known({}, on_the_line(app, people.margaret, languages=("en", "ko")))
    assert known.data["languages"] == [{"code": "en", "name": "English"}, {"code": "ko", "name": "Korean"}]


def test_margaret_chooses_korean_and_it_is_remembered(app: Flask, people: People) -> None:
    with app.app_context():
        languages.choose({"code": "ko"}, on_the_line(app, people.margaret))
        db.session.commit()
        assert db.session.get_one(Caller, people.margaret).language == "ko"


def test_for_somebody_unknown_it_is_for_this_call_only(app: Flask, people: People) -> None:
    with app.app_context():
        chosen = languages.choose({"code": "ko"}, on_the_line(app, None))
        assert chosen.data == {"code": "ko"}
        assert {caller.language for caller in db.session.query(Caller)} == {"en"}

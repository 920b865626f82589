"""`create_app`: the composition root. It opens no connection, loads no model and starts no scheduler."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import cast

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import text

from helpline import messages, pages
from helpline.calls import fallback, offers, person
from helpline.calls import routes as calls
from helpline.calls.answering import TurnTimes
from helpline.calls.conversation import Conversation
from helpline.calls.media import log_times
from helpline.dashboard import cards, contacts, guards, holds, identity, trail
from helpline.dashboard import views as dashboard
from helpline.db import db
from helpline.parts import Parts, can_serve
from helpline.phone import desk
from helpline.phone import views as phone
from helpline.providers import open_provider
from helpline.services.bills import notices
from helpline.services.gateways import open_gateway
from helpline.settings import Settings, SettingsError
from helpline.staff import duty_page as duty
from helpline.staff import session as staff
from voice.languages import Language, LanguageError, load_language
from voice.traits import codes
from volunteers import web as volunteers

MIGRATIONS = "migrations"


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_app(
    settings: Settings,
    now: Callable[[], dt.datetime] = utc_now,
    measured: Callable[[TurnTimes], None] = log_times,
) -> Flask:
    """The whole application over one Settings. `now` is the only clock that anything in it reads; `measured` is told
    where the time of each spoken turn went."""
    app = Flask("helpline", template_folder="templates", static_folder="static")
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # what callers say is not for the log
        # A throwaway key is enough where nobody signs in for long: the console and the tests.
        SECRET_KEY=settings.secret_key or secrets.token_hex(32),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https"),
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=20),
        MAX_CONTENT_LENGTH=256 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if not settings.database_url:
        settings.data_path.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    Migrate(app, db, directory=str(app.root_path) + "/" + MIGRATIONS, render_as_batch=True)
    csrf = CSRFProtect(app)
    languages, gateway = languages_of(settings), open_gateway(settings, now)
    parts = app.extensions["helpline"] = Parts(
        settings=settings,
        languages=languages,
        provider=open_provider(settings),
        conversation=Conversation(settings, languages, gateway, now),
        now=now,
    )
    pages.init_app(app)
    calls.init_app(app, parts, measured)
    for webhooks in (person.blueprint, fallback.blueprint, offers.blueprint, messages.blueprint):
        app.register_blueprint(webhooks)
    for webhooks in (calls.blueprint, person.blueprint, fallback.blueprint, offers.blueprint, messages.blueprint):
        csrf.exempt(webhooks)
    for pages_of in (
        volunteers.blueprint,
        staff.blueprint,
        duty.blueprint,
        desk.blueprint,
        dashboard.blueprint,
        holds.blueprint,
        trail.blueprint,
        guards.blueprint,
        contacts.blueprint,
        identity.blueprint,
        cards.blueprint,
    ):
        app.register_blueprint(pages_of)
    if settings.browser_phone:
        app.register_blueprint(phone.blueprint)
    if settings.payments.gateway == "stripe":
        told = notices.pages(cast(notices.Teller, gateway), now)
        csrf.exempt(told)
        app.register_blueprint(told)
    app.add_url_rule("/healthz", view_func=healthz)
    return app


def languages_of(settings: Settings) -> dict[str, Language]:
    """The office's own language, and the others whose recogniser and voice are installed. Raises SettingsError."""
    if settings.language not in codes():
        raise SettingsError(f"language: {settings.language!r} is none of {', '.join(codes())}")
    kept = settings.data_path / "understanding"
    try:
        served = [code for code in codes() if code == settings.language or can_serve(code, settings)]
        return {code: load_language(code, kept=kept) for code in served}
    except LanguageError as error:
        raise SettingsError(str(error)) from error


def healthz() -> tuple[str, int]:
    """The process answers, and so does its database."""
    db.session.execute(text("SELECT 1"))
    db.session.rollback()
    return "ok\n", 200

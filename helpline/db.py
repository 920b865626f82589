"""The one shared `db`, its column types, and SQLite made safe for several writers."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Delete, Dialect, Engine, MetaData, TypeDecorator, Update, event
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can drop what they added on either database."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:

    class Model(Base):
        """What tables are made of. A type checker cannot see the class that the extension makes."""

        __abstract__ = True
else:
    Model = db.Model


def changed(statement: Update | Delete) -> bool:
    """Carry out a guarded UPDATE or DELETE past the session. False when no row was left to change."""
    return changed_rows(statement) > 0


def changed_rows(statement: Update | Delete) -> int:
    """Carry it out past the session, as above, and say how many rows were left to change."""
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def only_look() -> None:
    """Begin afresh without the write lock: whoever only looks, or thinks for long, holds up nobody. Until the rollback or
    commit nothing may be written."""
    db.session.rollback()
    db.session.connection(execution_options={"read_only": True})


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC datetime. Refuses a naive one: nobody can say later which zone it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without time zone cannot be stored: {value!r}")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None or value.tzinfo is not None:
            return value and value.astimezone(dt.UTC)
        return value.replace(tzinfo=dt.UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """WAL so that readers never wait, and our own BEGIN below: the driver's default loses updates silently."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    """Take the write lock at once, so that what a transaction reads is still true when it writes."""
    if connection.dialect.name == "sqlite":
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

"""Staff: columns and role words."""

from __future__ import annotations

from sqlalchemy import Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from helpline.db import Model

ROLES = ("coordinator", "supervisor", "auditor", "administrator")


class Staff(Model):
    """Somebody of the office. Who has left is no longer `active`, and never deleted: the audit names them.

    coordinator: watches the line; supervisor: the second pair of eyes; auditor: reads all, changes nothing;
    administrator: looks after people and settings.
    """

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    login: Mapped[str] = mapped_column(String(60), unique=True)  # in small letters
    password_hash: Mapped[str] = mapped_column(String(240))
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    session_number: Mapped[int] = mapped_column(Integer, default=0)  # raised by signing out: older cookies are void

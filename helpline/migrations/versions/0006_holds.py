"""Payments that wait until people decide, what callers have stopped, and the chain of the audit.

Revision ID: 0006
Revises: 0005
Created: 2026-11-25 13:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=240), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("safe_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_by", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_back", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status <> 'released' OR decided_by IS NOT NULL", name=op.f("ck_hold_released_by_a_person")),
        sa.CheckConstraint(
            "status <> 'released' OR decided_by <> set_by", name=op.f("ck_hold_released_by_another_than_set_it")
        ),
        sa.CheckConstraint(
            "status <> 'released' OR decided_by <> extended_by", name=op.f("ck_hold_released_by_another_than_extended_it")
        ),
        sa.CheckConstraint(
            "status <> 'released' OR decided_by <> asked_by", name=op.f("ck_hold_released_by_another_than_asked")
        ),
        sa.CheckConstraint(
            "status <> 'released' OR asked_by IS NOT NULL"
            " OR (ended_at >= ends_at AND call_back = 'clear' AND outcome <> 'refuse')",
            name=op.f("ck_hold_released_by_two_or_after_the_clock"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_hold_asked_by_staff")),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_hold_bill_id_bill")),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_hold_caller_id_caller")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_hold_decided_by_staff")),
        sa.ForeignKeyConstraint(["extended_by"], ["staff.id"], name=op.f("fk_hold_extended_by_staff")),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name=op.f("fk_hold_request_id_service_request")),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_hold_set_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("request_id", name=op.f("uq_hold_request_id")),
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index("uq_hold_waiting", "hold", ["bill_id"], unique=True, sqlite_where=waiting, postgresql_where=waiting)
    op.create_index(op.f("ix_hold_caller_id"), "hold", ["caller_id"], unique=False)
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_seal_entry_id_audit_entry")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_seal_entry_id")),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"], unique=False)
    op.create_table(
        "payment_guard",
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("protected_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_payment_guard_caller_id_caller")),
        sa.PrimaryKeyConstraint("caller_id", name=op.f("pk_payment_guard")),
    )


def downgrade() -> None:
    op.drop_table("payment_guard")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_table("audit_seal")
    op.drop_table("hold")

"""Who of the office is on duty, at which telephone, and the callers who wait for them.

Revision ID: 0007
Revises: 0006
Created: 2026-11-25 13:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty") as duty:
        duty.create_index(op.f("ix_duty_staff_id"), ["staff_id"], unique=False)
        duty.create_index(
            "uq_duty_on", ["staff_id"], unique=True,
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("wish", sa.String(length=12), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_handover_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("call_id", "turn", name=op.f("uq_handover_call_id_turn")),
    )
    with op.batch_alter_table("handover") as handover:
        handover.create_index(op.f("ix_handover_call_id"), ["call_id"], unique=False)
    op.create_table(
        "ring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("duty_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_ring_handover_id_handover")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_ring_duty_id_duty")),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_ring_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ring")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_ring_delivery_id")),
    )
    with op.batch_alter_table("ring") as ring:
        ring.create_index(op.f("ix_ring_handover_id"), ["handover_id"], unique=False)
        ring.create_index(op.f("ix_ring_sid"), ["sid"], unique=False)
        ring.create_index(
            "uq_ring_taken", ["handover_id"], unique=True,
            sqlite_where=sa.text("status = 'taken'"), postgresql_where=sa.text("status = 'taken'"),
        )


def downgrade() -> None:
    op.drop_table("ring")
    op.drop_table("handover")
    op.drop_table("duty")

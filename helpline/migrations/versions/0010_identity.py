"""Who somebody is: calls of ours as a proof, and the phrase by which we prove ourselves.

Revision ID: 0010
Revises: 0007
Created: 2026-11-25 18:10:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("asked_in", sa.Integer(), nullable=True),
        sa.Column("answered_in", sa.Integer(), nullable=True),
        sa.Column("wish", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_in"], ["call.id"], name=op.f("fk_call_back_answered_in_call")),
        sa.ForeignKeyConstraint(["asked_in"], ["call.id"], name=op.f("fk_call_back_asked_in_call")),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_call_back_caller_id_caller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    op.create_index(op.f("ix_call_back_caller_id"), "call_back", ["caller_id"], unique=False)
    op.create_table(
        "safe_phrase",
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column("offered_for", sa.String(length=12), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_safe_phrase_caller_id_caller")),
        sa.PrimaryKeyConstraint("caller_id", name=op.f("pk_safe_phrase")),
    )

    op.create_table(
        "pin_state",
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("right_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_hash", sa.String(length=240), nullable=True),
        sa.Column("proposed_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_pin_state_caller_id_caller")),
        sa.ForeignKeyConstraint(["proposed_in"], ["call.id"], name=op.f("fk_pin_state_proposed_in_call")),
        sa.PrimaryKeyConstraint("caller_id", name=op.f("pk_pin_state")),
    )


def downgrade() -> None:
    op.drop_table("pin_state")
    op.drop_table("safe_phrase")
    op.drop_table("call_back")

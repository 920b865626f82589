"""Who somebody is: calls of ours as a proof, and the phrase by which we prove ourselves.

Revision ID: 0010
Revises: 0008
Created: 2026-11-25 18:10:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
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


    op.create_table(
        "vouch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("call_back_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("used_for", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status NOT IN ('confirmed', 'used') OR confirmed_by IS NOT NULL", name=op.f("ck_vouch_confirmed_by_the_office")
        ),
        sa.CheckConstraint("kind <> 'visit' OR volunteer_id IS NOT NULL", name=op.f("ck_vouch_visit_has_a_volunteer")),
        sa.ForeignKeyConstraint(["call_back_id"], ["call_back.id"], name=op.f("fk_vouch_call_back_id_call_back")),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_vouch_caller_id_caller")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_vouch_confirmed_by_staff")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_vouch_task_id_task")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteer.id"], name=op.f("fk_vouch_volunteer_id_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouch")),
        sa.UniqueConstraint("call_back_id", name=op.f("uq_vouch_call_back_id")),
    )
    op.create_index(op.f("ix_vouch_caller_id"), "vouch", ["caller_id"], unique=False)


def downgrade() -> None:
    op.drop_table("vouch")
    op.drop_table("pin_state")
    op.drop_table("safe_phrase")
    op.drop_table("call_back")

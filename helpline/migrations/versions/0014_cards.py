"""Cards that callers type by keys, or leave on the card company's page; what a card is called by.

Revision ID: 0014
Revises: 0013
Created: 2026-11-25 23:20:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAMES = {"brand": 20, "last_four": 4, "expires": 7}


def upgrade() -> None:
    for name, length in NAMES.items():
        op.add_column("card", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    op.add_column("card", sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "card_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("token", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_card_entry_call_id_call")),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_card_entry_caller_id_caller")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_card_entry_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_entry")),
        sa.UniqueConstraint("call_id", "turn", name=op.f("uq_card_entry_call_id_turn")),
    )
    op.create_index(op.f("ix_card_entry_caller_id"), "card_entry", ["caller_id"], unique=False)


def downgrade() -> None:
    op.drop_table("card_entry")
    with op.batch_alter_table("card") as changed:
        for name in (*NAMES, "saved_at"):
            changed.drop_column(name)

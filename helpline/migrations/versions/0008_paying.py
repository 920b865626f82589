"""A first payment to a biller, which our own call ends; trusted contacts.

Revision ID: 0008
Revises: 0007
Created: 2026-11-25 17:45:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CONFIRMED = "status <> 'confirmed' OR (ended_at >= ends_at AND call_back = 'clear' AND outcome = 'confirm')"


def upgrade() -> None:
    with op.batch_alter_table("hold") as hold:
        hold.create_check_constraint(op.f("ck_hold_confirmed_by_our_call"), CONFIRMED)
    op.create_table(
        "trusted_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("caller_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("suspected", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["caller_id"], ["caller.id"], name=op.f("fk_trusted_contact_caller_id_caller")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_contact")),
        sa.UniqueConstraint("caller_id", "place", name=op.f("uq_trusted_contact_caller_id_place")),
    )


def downgrade() -> None:
    op.drop_table("trusted_contact")
    with op.batch_alter_table("hold") as hold:
        hold.drop_constraint(op.f("ck_hold_confirmed_by_our_call"), type_="check")

"""Texts that came to us, and the numbers whose owners want none.

Revision ID: 0011
Revises: 0007
Created: 2026-11-25 17:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("body", sa.String(length=1600), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.Column("taken_as", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text")),
        sa.UniqueConstraint("sid", name=op.f("uq_text_sid")),
    )
    with op.batch_alter_table("text") as text:
        text.create_index(op.f("ix_text_number"), ["number"], unique=False)
    op.create_table(
        "no_texts",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_no_texts")),
    )


def downgrade() -> None:
    op.drop_table("no_texts")
    op.drop_table("text")

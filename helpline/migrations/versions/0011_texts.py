"""Texts that came to us, the numbers whose owners want none, and the places of those who wait for a line.

Revision ID: 0011
Revises: 0010
Created: 2026-11-25 17:50:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
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
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_place_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("call_id", name=op.f("uq_place_call_id")),
    )
    with op.batch_alter_table("place") as place:
        place.create_index(op.f("ix_place_number"), ["number"], unique=False)
        place.create_index(op.f("ix_place_status"), ["status"], unique=False)


def downgrade() -> None:
    op.drop_table("place")
    op.drop_table("no_texts")
    op.drop_table("text")

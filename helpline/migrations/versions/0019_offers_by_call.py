"""Volunteers who are rung about offers instead of texted.

Revision ID: 0019
Revises: 0018
Created: 2026-11-27 05:10:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("volunteer") as volunteer:
        volunteer.add_column(sa.Column("by_call", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("volunteer") as volunteer:
        volunteer.drop_column("by_call")

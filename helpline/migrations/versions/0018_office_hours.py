"""The office's hours as rows.

Revision ID: 0018
Revises: 0017
Created: 2026-11-27 05:00:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_day",
        sa.Column("day", sa.String(length=10), primary_key=True),
        sa.Column("opens", sa.Time(), nullable=True),
        sa.Column("closes", sa.Time(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("office_day")

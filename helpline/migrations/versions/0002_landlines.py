"""Which callers have a telephone that takes no texts.

Revision ID: 0002
Revises: 0001
Created: 2026-11-25 07:05:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("caller") as caller:
        caller.add_column(sa.Column("landline", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("caller") as caller:
        caller.drop_column("landline")

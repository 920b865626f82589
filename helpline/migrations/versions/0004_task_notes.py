"""What a caller wants the volunteer to know.

Revision ID: 0004
Revises: 0003
Created: 2026-11-25 14:05:00+00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("task") as task:
        task.add_column(sa.Column("note", sa.String(400), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("task") as task:
        task.drop_column("note")

"""A first payment to a biller, which our own call ends.

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


def downgrade() -> None:
    with op.batch_alter_table("hold") as hold:
        hold.drop_constraint(op.f("ck_hold_confirmed_by_our_call"), type_="check")

"""The facts of a payment are looked up by caller.

Revision ID: 0016
Revises: 0015
Created: 2026-11-25 23:50:00+00:00
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_payment_caller_id", "payment", ["caller_id"])
    op.create_index("ix_service_request_caller", "service_request", ["caller_id", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_service_request_caller", "service_request")
    op.drop_index("ix_payment_caller_id", "payment")

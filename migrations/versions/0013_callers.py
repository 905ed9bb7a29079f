"""Calls by account: what a customer got in touch about before.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CALLERS = "CREATE INDEX call_account ON call (account_no, at) WHERE account_no IS NOT NULL;"


def upgrade() -> None:
    run_script(op.get_bind(), CALLERS)


downgrade = refuse_downgrade

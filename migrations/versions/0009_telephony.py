"""Calls that ring or are on at the seats, as the telephone platform tells them.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TELEPHONY = """
CREATE TABLE telephone_call (              -- 来电弹屏: what rings or is on; whoever changes it notifies `telephony`
    call_ref text PRIMARY KEY,             -- of the telephone platform; kept a day: what is told twice is known
    account_id text NOT NULL REFERENCES account(id),             -- the seat
    phone text NOT NULL,                   -- personal data, gone when the call ends; empty: withheld
    known boolean NOT NULL,                -- somebody called from it before
    rang_at timestamptz NOT NULL,
    ended_at timestamptz,                  -- NULL: it rings or is on
    CHECK (ended_at IS NULL OR phone = '')
);
CREATE UNIQUE INDEX telephone_call_on ON telephone_call (account_id) WHERE ended_at IS NULL;     -- one at a seat
CREATE INDEX telephone_call_at ON telephone_call (rang_at);
"""


def upgrade() -> None:
    run_script(op.get_bind(), TELEPHONY)


downgrade = refuse_downgrade

"""Texts of messages that an administrator writes in the place of the standard ones.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OWN = """
CREATE TABLE message_template (            -- a row stays when the standard text is put back: revisions rise
    occasion text PRIMARY KEY,
    text text,                             -- NULL: the standard text is sent again
    reason text NOT NULL,
    changed_by text NOT NULL, changed_at timestamptz NOT NULL,
    revision integer NOT NULL CHECK (revision > 0)
);
"""


def upgrade() -> None:
    run_script(op.get_bind(), OWN)


downgrade = refuse_downgrade

"""Rule packs that an administrator brings, to be in force from an instant on.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PLANNED = """
CREATE TABLE rule_pack_plan (              -- known to every process from the planning on, followed from from_at on
    key text PRIMARY KEY REFERENCES rule_pack(key),    -- a key that was withdrawn is not used again
    family text NOT NULL,
    from_at timestamptz NOT NULL,          -- of the trade's clock
    reason text NOT NULL,
    planned_by text NOT NULL, planned_at timestamptz NOT NULL,
    begun_at timestamptz,                  -- NULL: not in force yet
    withdrawn_by text, withdrawn_at timestamptz,
    CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL)),
    CHECK (begun_at IS NULL OR withdrawn_at IS NULL)
);
CREATE INDEX rule_pack_plan_waiting ON rule_pack_plan (from_at) WHERE begun_at IS NULL AND withdrawn_at IS NULL;
"""


def upgrade() -> None:
    run_script(op.get_bind(), PLANNED)


downgrade = refuse_downgrade

"""Generator trucks (发电车), plans for them, and which truck was sent to whom; what power a customer needs.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NETWORK = """
ALTER TABLE network_node ADD COLUMN backup_kva integer CHECK (backup_kva > 0);  -- 保电所需容量; NULL: estimated by rule
CREATE INDEX network_node_backup ON network_node (area)
    WHERE protected IS NOT NULL OR (served = 'unhanded' AND kind <> 'account');
"""
TRUCKS = """
CREATE TABLE generator_truck (
    id text PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,    -- counts its changes
    area text NOT NULL REFERENCES area(code),   -- county whose it is, or city or province whose counties share it
    depot text REFERENCES area(code),      -- where it stands when nobody needs it
    name text NOT NULL,
    kva integer NOT NULL CHECK (kva > 0),
    connect_min integer NOT NULL CHECK (connect_min >= 0),   -- work on site before it feeds, minutes
    fuel_h double precision NOT NULL CHECK (fuel_h >= 0),    -- what is in its tank lasts so long at rated load
    tank_h double precision NOT NULL CHECK (tank_h >= fuel_h),  -- the same of a full tank
    state text NOT NULL CHECK (state IN ('available', 'sent', 'out')),
    lon double precision, lat double precision, -- where it stands, WGS-84; NULL: at its depot
    reason text NOT NULL DEFAULT '',       -- why it is out
    said_by text NOT NULL, said_at timestamptz NOT NULL,
    CHECK ((lon IS NULL) = (lat IS NULL))
);
CREATE INDEX generator_truck_area ON generator_truck (area);
"""
PLANS = """
CREATE TABLE generator_plan (              -- what was proposed for an area's trucks, and what was decided of it
    id text PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    area text NOT NULL REFERENCES area(code),   -- county or city whose dark customers were planned together
    made_at timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('solver', 'person')),
    author text NOT NULL,                  -- account
    state text NOT NULL CHECK (state IN ('proposed', 'confirmed', 'superseded')),
    hours jsonb NOT NULL,                  -- without trucks and with the plan, by the independent scorer
    best jsonb,                            -- of a person's plan: the same of the machine's for the same moment
    sentence text NOT NULL,
    dark jsonb NOT NULL,                   -- customers that nobody feeds: [{target, name, code, sentence}]
    unused jsonb NOT NULL,                 -- trucks that stay: [{truck, name, code, sentence}]
    notes jsonb NOT NULL,                  -- what was estimated, what could not be planned
    solver jsonb NOT NULL,
    decided_by text, decided_at timestamptz,
    ended_at timestamptz                   -- another proposal took its place
);
CREATE UNIQUE INDEX generator_plan_proposed ON generator_plan (area) WHERE state = 'proposed';
CREATE INDEX generator_plan_area ON generator_plan (area, id);
CREATE TABLE generator_assignment (        -- a truck feeds a customer, or those below a node of the network
    id text PRIMARY KEY,
    version integer NOT NULL DEFAULT 1,
    plan_id text NOT NULL REFERENCES generator_plan(id),
    area text NOT NULL REFERENCES area(code),   -- of the plan
    truck_id text NOT NULL REFERENCES generator_truck(id),
    position integer NOT NULL,             -- in the truck's route, from 0
    target text NOT NULL REFERENCES network_node(code),
    target_name text NOT NULL,
    outage_id text NOT NULL REFERENCES outage(id),
    kva integer NOT NULL, customers integer NOT NULL,
    lon double precision NOT NULL, lat double precision NOT NULL,
    leaves_at timestamptz NOT NULL,        -- filling up, if it must, and driving begin by then
    from_at timestamptz NOT NULL, to_at timestamptz NOT NULL,   -- half-open: it is to feed
    refuel boolean NOT NULL,               -- to be filled up before it sets out there
    reasons jsonb NOT NULL,                -- {sentence, estimates: [...]}
    state text NOT NULL CHECK (state IN ('proposed', 'planned', 'sent', 'connected', 'released', 'dropped')),
    sent_by text, sent_at timestamptz, connected_by text, connected_at timestamptz,
    ended_by text, ended_at timestamptz, end_reason text
);
CREATE INDEX generator_assignment_plan ON generator_assignment (plan_id);
CREATE UNIQUE INDEX generator_assignment_truck ON generator_assignment (truck_id)
    WHERE state IN ('sent', 'connected');
CREATE UNIQUE INDEX generator_assignment_target ON generator_assignment (target) WHERE state = 'connected';
CREATE INDEX generator_assignment_open ON generator_assignment (area)
    WHERE state IN ('proposed', 'planned', 'sent', 'connected');
"""

SCRIPTS = (NETWORK, TRUCKS, PLANS)


def upgrade() -> None:
    for script in SCRIPTS:
        run_script(op.get_bind(), script)


downgrade = refuse_downgrade

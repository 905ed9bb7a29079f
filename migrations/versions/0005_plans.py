"""The rolling plan: plans of counties and their stops, pins and vetoes, crews that are out, what the solvers do.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLANS = """
CREATE TABLE plan (                        -- who goes where next in one county; what was said is never changed
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),   -- county whose tickets it plans
    region text NOT NULL REFERENCES area(code), -- the counties that were planned together
    made_at timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('solver', 'insertion', 'person')),
    author text NOT NULL,                  -- account
    state text NOT NULL CHECK (state IN ('proposed', 'published', 'superseded', 'refused')),
    cost double precision NOT NULL,        -- of the whole region's plan, as the independent scorer counts it
    by_rule jsonb NOT NULL,                -- rule -> cost
    violations jsonb NOT NULL DEFAULT '{}',     -- kind -> how many; a machine's plan has none
    touched text[] NOT NULL DEFAULT '{}',  -- tickets that another crew is to do than the plan before said
    unserved jsonb NOT NULL DEFAULT '{}',  -- ticket -> {code, sentence}
    solver jsonb NOT NULL DEFAULT '{}',    -- seed, iterations, seconds
    feed_n bigint NOT NULL,                -- what was known: the last number of the feed that was read
    checked_at timestamptz NOT NULL,       -- when the solver last found that it still is the best
    decided_by text, decided_at timestamptz, reason text,  -- who accepted or refused it
    ended_at timestamptz
);
CREATE UNIQUE INDEX plan_published ON plan (area) WHERE state = 'published';
CREATE UNIQUE INDEX plan_proposed ON plan (area) WHERE state = 'proposed';
CREATE INDEX plan_area ON plan (area, made_at DESC);
CREATE INDEX plan_ended ON plan (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE plan_stop (
    plan_id text NOT NULL REFERENCES plan(id) ON DELETE CASCADE,
    area text NOT NULL,
    crew_id text NOT NULL,
    position integer NOT NULL,             -- in the crew's whole route, from 0; a crew may work in several counties
    ticket_id text NOT NULL,
    starts_at timestamptz NOT NULL,        -- work on site is expected to begin
    leaves_at timestamptz,                 -- it would wait on site: it need not leave before; NULL: as soon as it can
    PRIMARY KEY (plan_id, ticket_id, crew_id)
);
CREATE INDEX plan_stop_ticket ON plan_stop (ticket_id);
CREATE TABLE plan_wish (                   -- 指定与排除: a person's word on who does a ticket, until it is taken back
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),
    ticket_id text NOT NULL,
    crew_id text NOT NULL REFERENCES crew(id),
    kind text NOT NULL CHECK (kind IN ('pin', 'veto')),
    set_by text NOT NULL, set_at timestamptz NOT NULL, reason text NOT NULL,
    undone_by text, undone_at timestamptz, undo_reason text
);
CREATE UNIQUE INDEX plan_wish_pin ON plan_wish (ticket_id) WHERE kind = 'pin' AND undone_at IS NULL;
CREATE UNIQUE INDEX plan_wish_veto ON plan_wish (ticket_id, crew_id) WHERE kind = 'veto' AND undone_at IS NULL;
CREATE INDEX plan_wish_area ON plan_wish (area) WHERE undone_at IS NULL;
"""
CREWS = """
CREATE TABLE crew_outage (                 -- 班组停派: a crew that cannot be sent for a time
    id text PRIMARY KEY,
    crew_id text NOT NULL REFERENCES crew(id),
    area text NOT NULL REFERENCES area(code),
    cause text NOT NULL CHECK (cause IN ('ill', 'off', 'no_show', 'vehicle_down')),
    said_by text NOT NULL, said_at timestamptz NOT NULL, reason text NOT NULL DEFAULT '',
    ended_by text, ended_at timestamptz
);
CREATE UNIQUE INDEX crew_outage_now ON crew_outage (crew_id) WHERE ended_at IS NULL;
CREATE INDEX crew_outage_area ON crew_outage (area, said_at DESC);
"""
SOLVERS = """
CREATE TABLE solver_region (               -- the queue of regional problems, taken with SKIP LOCKED
    area text PRIMARY KEY REFERENCES area(code),
    due_at timestamptz NOT NULL,           -- next turn, by the trade's clock
    taken_by text, taken_until timestamptz,     -- by which solver; the machine's clock: who died gives it up
    ok_wall timestamptz, ok_at timestamptz,     -- last turn that came to an end: the machine's clock, the trade's
    failed_wall timestamptz,               -- since when turns fail; NULL: the last one went well
    failure text, detail text,
    retry_wall timestamptz
);
CREATE TABLE solver_event (                -- why a region is planned anew before its time; deleted once that is done
    area text NOT NULL REFERENCES area(code),   -- region
    cause text NOT NULL, subject text NOT NULL, -- ticket, crew or closure
    at timestamptz NOT NULL,
    PRIMARY KEY (area, cause, subject)
);
CREATE TABLE solver (                      -- the processes: a sign of life every second, by the machine's clock
    id text PRIMARY KEY,
    area text REFERENCES area(code),       -- region that it works at; NULL: none just now
    host text NOT NULL, pid integer NOT NULL,
    started_wall timestamptz NOT NULL DEFAULT clock_timestamp(),
    beat_wall timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""

SCRIPTS = (PLANS, CREWS, SOLVERS)


def upgrade() -> None:
    for script in SCRIPTS:
        run_script(op.get_bind(), script)


downgrade = refuse_downgrade

"""Booked work day by day: inherited declarations, live routes of half-days, lists, forecasts, grid service tasks.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DECLARATIONS = """
ALTER TABLE capacity_declaration ADD COLUMN inherited boolean NOT NULL DEFAULT false;  -- copied from the week before
ALTER TABLE capacity_change ADD COLUMN inherited boolean NOT NULL DEFAULT false;
"""
ROUTES = """
CREATE TABLE visit_stop (                  -- where a visit stands on its team's route until the list is frozen: made
    booking_id text PRIMARY KEY REFERENCES booking(id) ON DELETE CASCADE,   -- from the bookings, and again when lost
    area text NOT NULL REFERENCES area(code),   -- county
    depot text NOT NULL, date date NOT NULL, half text NOT NULL,
    team text NOT NULL,                    -- depot/kind/area_class/number
    number integer NOT NULL CHECK (number > 0),     -- the same
    position integer NOT NULL CHECK (position >= 0),
    lon double precision NOT NULL, lat double precision NOT NULL,   -- of the visit, WGS-84
    work_s integer NOT NULL CHECK (work_s >= 0),    -- of the work on site, as reckoned when it was put there
    drive_s integer NOT NULL CHECK (drive_s >= 0),  -- from the stop before, or the depot
    home_s integer NOT NULL CHECK (home_s >= 0),    -- to the depot, should it be the last
    begins_at timestamptz NOT NULL         -- of the work on site, as expected
);
CREATE INDEX visit_stop_half ON visit_stop (depot, date, half);
"""
LISTS = """
CREATE TABLE worklist (                    -- 派工清单 of a depot's half-day, from its freeze on; the last of its log
    depot text NOT NULL REFERENCES area(code),
    area text NOT NULL REFERENCES area(code),   -- the depot's county
    date date NOT NULL,
    half text NOT NULL CHECK (half IN ('am', 'pm')),
    version integer NOT NULL CHECK (version > 0),
    state text NOT NULL,                   -- frozen, named, closed
    frozen_at timestamptz NOT NULL,
    doc json NOT NULL,                     -- teams, persons, stops with their times, who is left out and why
    PRIMARY KEY (depot, date, half)
);
CREATE INDEX worklist_area ON worklist (area, date, half);
CREATE TABLE worklist_event (              -- frozen, named, changed, closed: each with the list after it
    depot text NOT NULL, date date NOT NULL, half text NOT NULL, version integer NOT NULL,
    area text NOT NULL,
    step text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL, reason text NOT NULL,
    doc json NOT NULL,
    PRIMARY KEY (depot, date, half, version)
);
CREATE TRIGGER worklist_event_append_only BEFORE UPDATE OR DELETE ON worklist_event
    FOR EACH ROW EXECUTE FUNCTION refuse_booking_change();
CREATE TABLE worklist_notice (             -- a change after the freeze, until the team says that it saw it
    id text PRIMARY KEY,
    area text NOT NULL, depot text NOT NULL, date date NOT NULL, half text NOT NULL, version integer NOT NULL,
    team text NOT NULL,
    text text NOT NULL,
    told_at timestamptz NOT NULL,
    seen_at timestamptz, seen_by text
);
CREATE INDEX worklist_notice_open ON worklist_notice (area, told_at) WHERE seen_at IS NULL;
CREATE INDEX worklist_notice_list ON worklist_notice (depot, date, half);
CREATE TABLE visit_pin (                   -- a person's word that a visit is made by this team, until it is taken back
    booking_id text PRIMARY KEY REFERENCES booking(id) ON DELETE CASCADE,
    area text NOT NULL, team text NOT NULL,
    set_by text NOT NULL, set_at timestamptz NOT NULL, reason text NOT NULL
);
"""
TAKEN = """
CREATE TABLE team_taken (                  -- a crew whose people are a list's team was sent to a repair; what it cost
    id text PRIMARY KEY,
    area text NOT NULL, depot text NOT NULL, date date NOT NULL, half text NOT NULL, team text NOT NULL,
    crew_id text NOT NULL, ticket_id text NOT NULL, ticket_no text NOT NULL,
    at timestamptz NOT NULL,               -- when it was sent
    until_at timestamptz NOT NULL,         -- expected end of the repair
    lon double precision, lat double precision,   -- of the repair, WGS-84; NULL: not known
    done_at timestamptz,                   -- its visits were seen to; NULL: not yet
    reassigned integer NOT NULL DEFAULT 0, -- visits that another team makes
    moved integer NOT NULL DEFAULT 0,      -- 限期 visits that moved by themselves
    reoffered integer NOT NULL DEFAULT 0,  -- visits whose customers are asked
    UNIQUE (ticket_id, crew_id, at, depot, date, half, team)
);
CREATE INDEX team_taken_open ON team_taken (at) WHERE done_at IS NULL;
CREATE INDEX team_taken_day ON team_taken (area, date);
"""
NEWS = """
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('ticket', 'gone', 'worklist'));
"""
FORECASTS = """
CREATE TABLE capacity_forecast (           -- how full a half-day will be, as was thought the day before
    depot text NOT NULL REFERENCES area(code), area text NOT NULL REFERENCES area(code),
    date date NOT NULL, half text NOT NULL, kind text NOT NULL, area_class text NOT NULL,
    made_at timestamptz NOT NULL,
    declared integer NOT NULL, booked integer NOT NULL,
    expected double precision NOT NULL,    -- visits at the freeze
    suggested integer NOT NULL,            -- visits to declare
    because text NOT NULL,
    came integer,                          -- visits on the list in the end; NULL: not over yet
    PRIMARY KEY (depot, date, half, kind, area_class)
);
CREATE INDEX capacity_forecast_area ON capacity_forecast (area, date);
CREATE INDEX capacity_forecast_open ON capacity_forecast (date) WHERE came IS NULL;
CREATE INDEX booking_event_area ON booking_event (area, at);  -- how full half-days were at a moment
"""
TASKS = """
CREATE TABLE grid_task (                   -- 网格服务任务, never at the cost of a promise
    id text PRIMARY KEY,
    version integer NOT NULL,
    area text NOT NULL REFERENCES area(code),
    kind text NOT NULL, state text NOT NULL,
    lon double precision NOT NULL, lat double precision NOT NULL,
    due date NOT NULL,
    crew_id text REFERENCES crew(id),      -- that it is offered to, or that does it
    doc json NOT NULL
);
CREATE INDEX grid_task_open ON grid_task (area, state, due);
CREATE INDEX grid_task_crew ON grid_task (crew_id) WHERE crew_id IS NOT NULL;
CREATE TABLE grid_task_event (
    task_id text NOT NULL, version integer NOT NULL, area text NOT NULL,
    step text NOT NULL, at timestamptz NOT NULL, actor text NOT NULL, reason text NOT NULL, doc json NOT NULL,
    PRIMARY KEY (task_id, version)
);
CREATE TRIGGER grid_task_event_append_only BEFORE UPDATE OR DELETE ON grid_task_event
    FOR EACH ROW EXECUTE FUNCTION refuse_booking_change();
"""
RECURRING = """
CREATE TABLE recurring_run (               -- what was done at which moment, so that it is done once and not forgotten
    job text NOT NULL, area text NOT NULL, due_at timestamptz NOT NULL,
    done_at timestamptz NOT NULL, result text NOT NULL,
    PRIMARY KEY (job, area, due_at)
);
"""

PLANS = """
ALTER TABLE plan_stop ADD COLUMN told_at timestamptz;  -- its crew was to be told; NULL: nobody acts on it yet
"""

SCRIPTS = (PLANS, DECLARATIONS, ROUTES, LISTS, TAKEN, NEWS, FORECASTS, TASKS, RECURRING)


def upgrade() -> None:
    for script in SCRIPTS:
        run_script(op.get_bind(), script)


downgrade = refuse_downgrade

"""The spine: areas, people, crews, calls, tickets, events, deadlines, feed.

Revision ID: 0001
Revises:
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

AREAS_AND_PEOPLE = """
CREATE TABLE area (                        -- province, city, county, depot (班所)
    code text PRIMARY KEY,
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('province', 'city', 'county', 'depot')),
    parent text REFERENCES area(code),
    lon double precision, lat double precision,
    boundary jsonb,                        -- GeoJSON (Multi)Polygon, WGS-84; counties only
    approximate boolean NOT NULL DEFAULT false,
    CHECK ((parent IS NULL) = (level = 'province'))
);
CREATE TABLE place (                       -- named places; population tells urban from rural
    code text PRIMARY KEY,
    name text NOT NULL,
    area text NOT NULL REFERENCES area(code),
    lon double precision NOT NULL, lat double precision NOT NULL,
    population integer NOT NULL DEFAULT 0 CHECK (population >= 0)
);
CREATE INDEX place_area ON place (area);
CREATE TABLE crew (
    id text PRIMARY KEY,
    name text NOT NULL,
    depot text NOT NULL REFERENCES area(code),
    area text NOT NULL REFERENCES area(code),   -- the depot's county
    members text[] NOT NULL DEFAULT '{}',
    vehicle text,
    skills text[] NOT NULL DEFAULT '{}',
    shift_start time NOT NULL DEFAULT '00:00',  -- Asia/Shanghai; start = end means round the clock
    shift_end time NOT NULL DEFAULT '00:00',
    active boolean NOT NULL DEFAULT true
);
CREATE INDEX crew_area ON crew (area);
CREATE TABLE crew_position (               -- telemetry, not events: the newest per crew
    crew_id text PRIMARY KEY REFERENCES crew(id),
    lon double precision NOT NULL, lat double precision NOT NULL,
    accuracy_m real,
    at timestamptz NOT NULL,               -- the phone's time
    received_at timestamptz NOT NULL,      -- ours
    wall_at timestamptz NOT NULL DEFAULT clock_timestamp()  -- what other processes poll by
);
CREATE INDEX crew_position_wall ON crew_position (wall_at);
CREATE TABLE crew_track (                  -- history of positions, appended in batches
    crew_id text NOT NULL, at timestamptz NOT NULL,
    lon double precision NOT NULL, lat double precision NOT NULL, accuracy_m real,
    PRIMARY KEY (crew_id, at)
);
CREATE TABLE repair_reserve (              -- 承载力 for repair: open jobs a depot declares it can hold at a time
    depot text PRIMARY KEY REFERENCES area(code),
    jobs integer NOT NULL CHECK (jobs >= 0),
    declared_by text NOT NULL, declared_at timestamptz NOT NULL
);
CREATE TABLE county_mode (                 -- 派工模式
    area text PRIMARY KEY REFERENCES area(code),
    mode text NOT NULL CHECK (mode IN ('auto', 'confirm', 'manual')),
    set_by text NOT NULL, set_at timestamptz NOT NULL, reason text NOT NULL DEFAULT ''
);
CREATE TABLE account (
    id text PRIMARY KEY,
    login text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    area text NOT NULL REFERENCES area(code),
    crew_id text REFERENCES crew(id),
    password_hash text,                    -- argon2id; NULL: no log-in by password
    active boolean NOT NULL DEFAULT true,
    failed_logins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    created_at timestamptz NOT NULL,
    CHECK (role <> 'CREW' OR crew_id IS NOT NULL)
);
CREATE TABLE session (
    token_hash bytea PRIMARY KEY,          -- sha256 of what the cookie holds
    account_id text NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE TABLE machine_token (
    token_hash bytea PRIMARY KEY,
    account_id text NOT NULL REFERENCES account(id) ON DELETE CASCADE,
    label text NOT NULL,
    created_at timestamptz NOT NULL, expires_at timestamptz
);
CREATE TABLE audit (                       -- who looked at or changed what outside the ticket log
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL, account_id text NOT NULL, action text NOT NULL,
    subject text NOT NULL, area text, details jsonb NOT NULL DEFAULT '{}'
);
"""

TICKETS = """
CREATE TABLE rule_pack (                   -- every version that was ever in force, whole
    key text PRIMARY KEY,                  -- 'sgcc@2026.1'
    body jsonb NOT NULL,
    digest text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now()
);
CREATE SEQUENCE ticket_number INCREMENT BY 100;   -- a process takes a block of 100
CREATE TABLE call (                        -- every contact, never merged
    id text PRIMARY KEY,
    area text NOT NULL,
    channel text NOT NULL,
    phone text NOT NULL,                   -- personal data: read only through the audited contact route
    account_no text,
    seat text NOT NULL,                    -- account that took it
    at timestamptz NOT NULL,
    ticket_id text,
    outcome text NOT NULL                  -- draft | ticket | consulted | chase
);
CREATE INDEX call_ticket ON call (ticket_id);
CREATE INDEX call_phone ON call (phone, at);
CREATE TABLE incident (                    -- one fault point (故障点); many tickets
    id text PRIMARY KEY,                   -- of the ticket that first reported it
    area text NOT NULL,
    opened_at timestamptz NOT NULL,
    lon double precision, lat double precision
);
CREATE TABLE ticket (                      -- the fold of its events
    id text PRIMARY KEY,
    version integer NOT NULL,
    area text NOT NULL,
    stage text NOT NULL,
    ticket_no text NOT NULL UNIQUE,
    incident_id text NOT NULL,
    crew_id text,                          -- on the job now
    lender text,                           -- county that lends the crew now
    reported_at timestamptz NOT NULL,
    is_open boolean NOT NULL,
    head bytea NOT NULL,                   -- hash of the latest line of its log
    doc json NOT NULL                      -- the whole ticket; kept as written, so it equals what consoles got
);
CREATE INDEX ticket_board ON ticket (area, reported_at, id) WHERE is_open;
CREATE INDEX ticket_lent ON ticket (lender) WHERE lender IS NOT NULL AND is_open;
CREATE INDEX ticket_history ON ticket (area, reported_at, id);
CREATE INDEX ticket_incident ON ticket (incident_id);
CREATE TABLE ticket_event (
    ticket_id text NOT NULL,
    version integer NOT NULL,
    area text NOT NULL,
    kind text NOT NULL,
    at_claimed timestamptz NOT NULL,
    at_server timestamptz NOT NULL,
    actor text NOT NULL, role text NOT NULL, source text NOT NULL,
    geo json,
    payload json NOT NULL,                 -- kept as written: the hash is over these very characters
    hash bytea NOT NULL,                   -- sha256 over the previous hash and this line
    PRIMARY KEY (ticket_id, version)
);
CREATE TABLE dispatch (                    -- one crew's assignment to one incident
    ticket_id text NOT NULL, no integer NOT NULL,
    incident_id text NOT NULL, area text NOT NULL,
    crew_id text NOT NULL, crew_area text NOT NULL, depot text NOT NULL,
    sent_at timestamptz NOT NULL, ended_at timestamptz,
    PRIMARY KEY (ticket_id, no)
);
CREATE INDEX dispatch_open ON dispatch (crew_id) WHERE ended_at IS NULL;
CREATE INDEX dispatch_depot ON dispatch (depot) WHERE ended_at IS NULL;
CREATE TABLE deadline (
    ticket_id text NOT NULL,
    name text NOT NULL,                    -- accept | dispatch | arrive | …
    due_at timestamptz NOT NULL,
    area text NOT NULL,
    state text NOT NULL CHECK (state IN ('armed', 'fired', 'met')),
    settled_at timestamptz,
    PRIMARY KEY (ticket_id, name, due_at)
);
CREATE INDEX deadline_armed ON deadline (due_at) WHERE state = 'armed';
CREATE TABLE idempotency (
    account_id text NOT NULL, key text NOT NULL,
    request_hash bytea NOT NULL,
    status integer NOT NULL, response text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
"""

FEED = """
-- A body is one ticket, 2 to 3 kB: kept in its row as it is. Compressing it took three quarters of an insert's time.
CREATE TABLE outbox (                      -- written in the ticket's transaction; emptied by the one sequencer
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area text NOT NULL,                    -- whose consoles hear it
    kind text NOT NULL CHECK (kind IN ('ticket', 'gone')),
    ticket_id text NOT NULL, version integer NOT NULL,
    body text NOT NULL,                    -- JSON, sent as it is
    wall_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (toast_tuple_target = 8160);
CREATE TABLE feed (                        -- numbered after commit by one writer: gap-free, never reused
    n bigint PRIMARY KEY,                  -- over all areas; an area's last row is never deleted, so max() is the head
    area text NOT NULL, seq bigint NOT NULL,
    kind text NOT NULL, ticket_id text NOT NULL, version integer NOT NULL,
    body text NOT NULL,
    wall_at timestamptz NOT NULL,          -- when the change was written
    UNIQUE (area, seq)
) WITH (toast_tuple_target = 8160);
CREATE TABLE feed_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch text NOT NULL,                   -- numbers of different epochs cannot be compared
    first_n bigint NOT NULL DEFAULT 1      -- rows below were retired, but for the last one of each area
);
INSERT INTO feed_state (epoch) VALUES (md5(clock_timestamp()::text || random()::text));
"""

IMMUTABLE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ticket_event is append-only';
END $$;
CREATE TRIGGER ticket_event_append_only BEFORE UPDATE OR DELETE ON ticket_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for script in (AREAS_AND_PEOPLE, TICKETS, FEED, IMMUTABLE):
        run_script(op.get_bind(), script)


downgrade = refuse_downgrade

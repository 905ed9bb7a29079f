"""Where the customer is, and who can be there first: own places, roads that are closed, lending between counties.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PLACES = """
CREATE TABLE own_place (                   -- roads, buildings, substations, transformers of the utility's own file
    code text PRIMARY KEY,
    kind text NOT NULL,
    name text NOT NULL,
    area text NOT NULL REFERENCES area(code),   -- county
    address text NOT NULL DEFAULT '',
    lon double precision, lat double precision, -- WGS-84; NULL: learned from arrivals, or not known
    aliases text[] NOT NULL DEFAULT '{}',       -- of the file; what people taught is in place_alias
    updated_by text NOT NULL, updated_at timestamptz NOT NULL,
    CHECK ((lon IS NULL) = (lat IS NULL))
);
CREATE INDEX own_place_area ON own_place (area);
CREATE TABLE place_alias (                 -- what people call a place, as they taught it
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),   -- county it was said in
    said text NOT NULL, key text NOT NULL,      -- as it was said; without what makes no difference
    code text,                             -- what it stands for; NULL: for its own point, from moved pins
    named_by text, named_at timestamptz,   -- who has the right and said that it is so
    undone_by text, undone_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (area, key, code)
);
CREATE TABLE place_alias_given (           -- each time somebody taught it
    alias_id text NOT NULL REFERENCES place_alias(id) ON DELETE CASCADE,
    ticket_id text NOT NULL,               -- of that call; once for each
    given_by text NOT NULL, given_at timestamptz NOT NULL,
    lon double precision, lat double precision,
    PRIMARY KEY (alias_id, ticket_id)
);
CREATE TABLE place_arrival (               -- where a crew really arrived for a ticket of that place
    code text NOT NULL,                    -- own place, or 12 digits of the gazetteer
    ticket_id text NOT NULL,
    area text NOT NULL,
    crew_id text NOT NULL, at timestamptz NOT NULL,
    lon double precision NOT NULL, lat double precision NOT NULL, accuracy_m real,
    undone_by text, undone_at timestamptz,
    PRIMARY KEY (code, ticket_id)
);
CREATE TABLE place_version (               -- counts the changes of the tables above: what other processes poll by
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    n bigint NOT NULL
);
INSERT INTO place_version (n) VALUES (1);
CREATE INDEX network_node_name ON network_node (name text_pattern_ops) WHERE kind IN ('substation', 'transformer');
"""
ROADS = """
CREATE TABLE road_closure (                -- roads that are closed or slow for a time; what is said holds together
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),
    cause text NOT NULL,
    title text NOT NULL,                   -- what people call it: 象山港大桥
    factor double precision CHECK (factor > 1),   -- so many times longer; NULL: closed
    polygon jsonb,                         -- GeoJSON, WGS-84
    road text,                             -- name or number: 甬莞高速, G1523
    ways bigint[] NOT NULL DEFAULT '{}',   -- OSM numbers
    classes text[] NOT NULL DEFAULT '{}',  -- road classes: ferry
    from_at timestamptz NOT NULL,
    until_at timestamptz CHECK (until_at > from_at),  -- NULL: until it is lifted
    set_by text NOT NULL, set_at timestamptz NOT NULL,
    lifted_by text, lifted_at timestamptz, lift_reason text,
    over boolean NOT NULL DEFAULT false,   -- ended long ago: not read any more
    CHECK (polygon IS NOT NULL OR road IS NOT NULL OR ways <> '{}' OR classes <> '{}')
);
CREATE INDEX road_closure_kept ON road_closure (id) WHERE lifted_at IS NULL AND NOT over;
CREATE INDEX road_closure_area ON road_closure (area, from_at DESC);
CREATE TABLE road_speed (                  -- speeds that crews really drove, as factors of the profile's
    road text NOT NULL, area_class text NOT NULL,
    factor double precision NOT NULL CHECK (factor > 0),
    kmh double precision NOT NULL,         -- what it makes of the profile's speed, for the reader
    trips integer NOT NULL, km double precision NOT NULL,
    set_by text NOT NULL, set_at timestamptz NOT NULL,
    PRIMARY KEY (road, area_class)
);
CREATE TABLE road_version (                -- counts the changes of the tables above: what other processes poll by
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    n bigint NOT NULL
);
INSERT INTO road_version (n) VALUES (1);
"""
LENDING = """
ALTER TABLE crew ADD COLUMN vehicle_kind text;                -- what it can do on the road; NULL: not registered
ALTER TABLE crew ADD COLUMN permits jsonb;                -- 工作票资格: kind -> last day it holds; NULL: not registered
CREATE TABLE lending_grant (               -- 借调: who lends to whom; never deleted, only revoked
    id text PRIMARY KEY,
    lender text NOT NULL REFERENCES area(code), borrower text NOT NULL REFERENCES area(code),
    kind text NOT NULL CHECK (kind IN ('agreement', 'order')),
    from_at timestamptz NOT NULL, until_at timestamptz NOT NULL CHECK (until_at > from_at),
    crews integer CHECK (crews > 0),       -- at a time; NULL: as many as are asked for
    skill text,                            -- NULL: whatever they can do
    below_reserve boolean NOT NULL DEFAULT false CHECK (kind = 'order' OR NOT below_reserve),
    reason text NOT NULL, approved_by text NOT NULL CHECK (approved_by <> ''),  -- the name of who is answerable
    granted_by text NOT NULL, granted_at timestamptz NOT NULL,
    revoked_by text, revoked_at timestamptz, revoke_reason text
);
CREATE INDEX lending_grant_lender ON lending_grant (lender, until_at);
CREATE INDEX lending_grant_until ON lending_grant (until_at) WHERE revoked_at IS NULL;
CREATE TABLE county_reserve (              -- 保底: free crews that a county keeps, where it is not the pack's share
    area text PRIMARY KEY REFERENCES area(code),
    crews integer NOT NULL CHECK (crews >= 0),
    set_by text NOT NULL, set_at timestamptz NOT NULL, reason text NOT NULL
);
CREATE TABLE border_ledger (               -- 跨界台账: what each dispatch gained against the old-district rule
    ticket_id text NOT NULL, no integer NOT NULL,
    area text NOT NULL,                    -- county that has the ticket: the borrower
    lender text NOT NULL,                  -- county of the crew; the same: nothing was borrowed
    at timestamptz NOT NULL,
    crew_id text NOT NULL, eta_s integer NOT NULL, distance_m integer,
    own_crew_id text, own_eta_s integer, own_distance_m integer,  -- the old rule's choice; NULL: it had none
    own_waits boolean NOT NULL DEFAULT false,  -- that one was busy, its arrival counts from when it was free
    basis text NOT NULL,                   -- line | road
    reason text NOT NULL,                  -- why this crew: ReasonCode
    lent_by text,                          -- standing | storm | id of a grant | override; NULL: not lent, or not known
    PRIMARY KEY (ticket_id, no)
);
CREATE INDEX border_ledger_area ON border_ledger (area, at);
CREATE INDEX border_ledger_lent ON border_ledger (at) WHERE lender <> area;
CREATE INDEX dispatch_ended ON dispatch (ended_at);
CREATE INDEX border_ledger_lender ON border_ledger (lender, at) WHERE lender <> area;
CREATE INDEX border_ledger_grant ON border_ledger (lent_by) WHERE lent_by NOT IN ('standing', 'storm', 'override');
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER border_ledger_append_only BEFORE UPDATE OR DELETE ON border_ledger
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
INSERT INTO border_ledger (ticket_id, no, area, lender, at, crew_id, eta_s, own_crew_id, own_eta_s, basis, reason)
SELECT ticket.id, (sent ->> 'no')::int, ticket.area, sent ->> 'crew_area', (sent ->> 'sent_at')::timestamptz,
       sent ->> 'crew_id', (sent ->> 'eta_s')::int, sent ->> 'own_district_crew',
       (sent ->> 'eta_s')::int + (sent ->> 'saved_s')::int, 'line', ''
FROM ticket, json_array_elements(ticket.doc -> 'dispatches') AS sent;  -- what was sent before there was a ledger
"""


SCRIPTS = (PLACES, ROADS, LENDING)


def upgrade() -> None:
    for script in SCRIPTS:
        run_script(op.get_bind(), script)


downgrade = refuse_downgrade

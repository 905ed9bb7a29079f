"""The closed loop: ladders, matters, field reports, messages, reviews, modes, outages, services.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CLOCKS = """
-- Four steps to a clock (预警, 催办, 督办, 升级): when each is due; NULL: there is no such step.
ALTER TABLE deadline ADD COLUMN ladder timestamptz[];
ALTER TABLE deadline ADD COLUMN level smallint NOT NULL DEFAULT 0;   -- steps that were taken, 0 to 4
ALTER TABLE deadline ADD COLUMN next_at timestamptz;                 -- when the next one is due; NULL: none
UPDATE deadline SET ladder = ARRAY[NULL, NULL, due_at, NULL], level = CASE state WHEN 'fired' THEN 3 ELSE 2 END,
    next_at = CASE state WHEN 'armed' THEN due_at END;
ALTER TABLE deadline ALTER COLUMN ladder SET NOT NULL;
DROP INDEX deadline_armed;
CREATE INDEX deadline_next ON deadline (next_at) WHERE next_at IS NOT NULL;
"""

# The depot whose crew is or was the last on the job: its leader's console shows the ticket (``tickets.rows.depot``).
DEPOTS = """
ALTER TABLE ticket ADD COLUMN depot text GENERATED ALWAYS AS (
    CASE WHEN NOT is_open OR doc->'dispatches'->-1 IS NULL THEN NULL
         WHEN doc->'dispatches'->-1->>'ended_at' IS NULL OR doc->>'restored_at' IS NOT NULL
         THEN doc->'dispatches'->-1->>'depot' END) STORED;
CREATE INDEX ticket_depot ON ticket (depot) WHERE depot IS NOT NULL;
"""

# one constant for each room that the loop adds to, in the order in which they may refer to each other
MATTERS = """
CREATE TABLE matter (                      -- 同一事件: one customer's open trouble; another call of his finds it here
    key text PRIMARY KEY,                  -- 'a:' account number, 'p:' telephone (personal data, gone when it ends)
    ticket_id text,                        -- the open ticket; NULL: none, the row remembers the one before
    area text NOT NULL,                    -- where the latest of its tickets was opened
    last_id text, last_closed_at timestamptz,    -- latest closed one whose cause was ours (重复报修)
    CHECK (ticket_id IS NOT NULL OR last_id IS NOT NULL),
    CHECK ((last_id IS NULL) = (last_closed_at IS NULL))
);
CREATE INDEX matter_ticket ON matter (ticket_id) WHERE ticket_id IS NOT NULL;
ALTER TABLE incident ADD COLUMN nested_in text;  -- restored while this one's customers stayed dark
CREATE INDEX incident_nested ON incident (nested_in) WHERE nested_in IS NOT NULL;
CREATE TABLE merge_declined (              -- a proposal to merge that somebody turned down is not made again
    one text NOT NULL, other text NOT NULL,      -- tickets, the smaller id first
    area text NOT NULL,
    by text NOT NULL, at timestamptz NOT NULL, reason text NOT NULL,
    PRIMARY KEY (one, other),
    CHECK (one < other)
);
"""
FIELD = """
CREATE TABLE field_report (                -- every report of every crew as it came; none is dropped
    id text PRIMARY KEY,
    crew_id text NOT NULL,
    report_id text,                        -- made by the phone; NULL: it made none that can be read
    area text NOT NULL,                    -- county of the ticket; of the crew where nobody knows the ticket
    crew_area text NOT NULL,
    ticket_id text,
    kind text NOT NULL,                    -- crew-accept | arrive | … as it was written
    at_claimed timestamptz,                -- NULL: cannot be read
    at_server timestamptz NOT NULL,
    source text NOT NULL,
    actor text NOT NULL, role text NOT NULL,
    geo json,
    payload json NOT NULL,                 -- the event; what was sent, if no event can be made of it
    outcome text NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'held', 'contradiction', 'refused')),
    reason text NOT NULL DEFAULT '',
    version integer,                       -- of the ticket, with the report's effect
    decided_by text, decided_at timestamptz, decision text,
    UNIQUE (crew_id, report_id)
);
CREATE INDEX field_report_ticket ON field_report (ticket_id, at_claimed) WHERE ticket_id IS NOT NULL;
CREATE INDEX field_report_waiting ON field_report (area, outcome, id) WHERE outcome IN ('held', 'contradiction');
CREATE INDEX field_report_list ON field_report (area, id);
CREATE INDEX field_report_crew ON field_report (crew_area, id);
CREATE TABLE field_text (                  -- which records a crew has written lately, to find those that are the same
    crew_id text NOT NULL,
    digest bytea NOT NULL,                 -- sha-256 of the record without spaces and punctuation
    ticket_id text NOT NULL,
    area text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (crew_id, digest, ticket_id)
);
CREATE TABLE reply_audit (                 -- replies that an auditor should read
    ticket_id text PRIMARY KEY,
    area text NOT NULL,
    replied_at timestamptz NOT NULL,
    replied_by text NOT NULL,
    defects json NOT NULL,
    settled_at timestamptz, settled_by text
);
CREATE INDEX reply_audit_waiting ON reply_audit (area, ticket_id) WHERE settled_at IS NULL;
CREATE INDEX dispatch_crew ON dispatch (crew_id, sent_at);
"""
MESSAGES = """
ALTER TABLE crew ADD COLUMN phone text;    -- personal data; digits alone (notify.phones.plain)
CREATE INDEX crew_phone ON crew (phone) WHERE phone IS NOT NULL;
CREATE TABLE duty_contact (                -- whom a warning, a 督办 or an escalation is sent to
    area text NOT NULL REFERENCES area(code),
    addressee text NOT NULL
        CHECK (addressee IN ('dispatcher', 'depot_leader', 'county_director', 'province_monitor', 'city_manager')),
    name text NOT NULL,
    phone text NOT NULL,                   -- personal data; digits alone
    PRIMARY KEY (area, addressee, phone)
);
CREATE TABLE message (                     -- SMS and voice, written in the ticket's transaction, sent by the worker
    id text PRIMARY KEY,
    round integer NOT NULL DEFAULT 0,      -- with the id it is the key that the gateway sees: new only after it said
                                           -- that the one before was not delivered
    area text NOT NULL,
    ticket_id text,
    channel text NOT NULL CHECK (channel IN ('sms', 'voice')),
    occasion text NOT NULL,
    pack text NOT NULL,                    -- its retries and quiet hours hold
    to_phone text NOT NULL,                -- personal data: not in logs, masked in the API; digits alone
    body text NOT NULL,                    -- personal data
    expects text CHECK (expects IN ('survey', 'power_back')),
    urgent boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'dead', 'dropped')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,                   -- queued: the next try
    held_until timestamptz,                -- sending: when it is taken to be lost, by the database's own clock
    provider_id text,
    last_error text,                       -- a code
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    sent_at timestamptz,                   -- facts: once known they stay, in whatever order they come
    delivered_at timestamptz,
    undelivered_at timestamptz
);
CREATE INDEX message_due ON message (urgent DESC, next_at, id) WHERE state = 'queued';
CREATE INDEX message_waits ON message (ticket_id, to_phone, occasion) WHERE state = 'queued';  -- to be replaced
CREATE INDEX message_held ON message (held_until) WHERE state = 'sending';
CREATE INDEX message_ticket ON message (ticket_id, created_at);
CREATE INDEX message_asked ON message (to_phone, created_at) WHERE expects IS NOT NULL;
CREATE INDEX message_list ON message (area, state, id);
CREATE INDEX message_dead ON message (id) WHERE state = 'dead';
CREATE TABLE inbound (                     -- what people wrote to us; nothing is dropped
    id text PRIMARY KEY,                   -- the gateway's
    area text NOT NULL,
    from_phone text NOT NULL,              -- personal data; digits alone
    body text NOT NULL,                    -- personal data
    at timestamptz NOT NULL,               -- the gateway's time
    received_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('unread', 'routed', 'read')),
    outcome text NOT NULL DEFAULT '',      -- what was made of it, or why nothing could be: a code
    ticket_id text, crew_id text,
    read_by text, read_at timestamptz, remark text NOT NULL DEFAULT ''
);
CREATE INDEX inbound_unread ON inbound (area, at, id) WHERE state = 'unread';
CREATE TABLE visit (                       -- 回访: tickets whose customer has still to answer
    ticket_id text PRIMARY KEY,
    area text NOT NULL,
    way text NOT NULL CHECK (way IN ('sms', 'call')),
    call_at timestamptz NOT NULL,          -- from then on a seat calls
    seat text, held_until timestamptz      -- who is calling now
);
CREATE INDEX visit_due ON visit (area, call_at, ticket_id);
"""
REVIEWS = """
ALTER TABLE area ADD COLUMN households integer CHECK (households >= 0);  -- low-voltage customers; NULL: not known
ALTER TABLE area ADD COLUMN mv_users integer CHECK (mv_users >= 0);      -- 中压用户: 公变台区 and 专变 users
CREATE TABLE review (                      -- 事后评价: one row for each judgement; an appeal adds one
    ticket_id text NOT NULL,
    judgement smallint NOT NULL CHECK (judgement >= 1),
    counts boolean NOT NULL,               -- the latest of the ticket: indices are counted from it
    area text NOT NULL,
    ending text NOT NULL CHECK (ending IN ('closed', 'cancelled', 'consulted')),
    category text NOT NULL, area_class text NOT NULL,
    child boolean NOT NULL, appointed boolean NOT NULL,
    incident text NOT NULL, nested_in text, family text NOT NULL,
    customer text NOT NULL,                -- account number, or the ticket's id
    feeder text, repeat_of text, crew text, lent boolean NOT NULL,
    reported_at timestamptz NOT NULL, submitted_at timestamptz, accepted_at timestamptz, arrived_at timestamptz,
    restored_at timestamptz, replied_at timestamptz, ended_at timestamptz NOT NULL,
    dark_from timestamptz, dark_until timestamptz, spread_until timestamptz,
    customers_out integer,
    returned_n integer NOT NULL, wrong_district boolean NOT NULL, app_accepted boolean NOT NULL,
    reply_rejected_n integer NOT NULL, trust double precision, false_reply boolean NOT NULL, satisfied boolean,
    chases_n integer NOT NULL, supervisions_n integer NOT NULL, contacts_n integer NOT NULL,
    score smallint CHECK (score BETWEEN 0 AND 100),
    faults text[] NOT NULL, excused text[] NOT NULL,
    judged_at timestamptz NOT NULL, judged_by text NOT NULL,
    doc json NOT NULL,                     -- the whole review with its evidence
    PRIMARY KEY (ticket_id, judgement)
);
CREATE UNIQUE INDEX review_counts ON review (ticket_id) WHERE counts;
CREATE INDEX review_period ON review (area, ended_at) WHERE counts;
CREATE INDEX review_reported ON review (area, reported_at) INCLUDE (category) WHERE counts AND submitted_at IS NOT NULL;
CREATE INDEX review_family ON review (family) WHERE counts;
CREATE INDEX review_repeat ON review (repeat_of) WHERE counts AND repeat_of IS NOT NULL;
CREATE TABLE appeal (                      -- 申诉 against a judgement, and what became of it
    ticket_id text NOT NULL, no smallint NOT NULL,
    area text NOT NULL,
    judgement smallint NOT NULL,           -- the one appealed against
    faults text[] NOT NULL,                -- what is contested
    text text NOT NULL, evidence text[] NOT NULL DEFAULT '{}',
    filed_by text NOT NULL, filed_at timestamptz NOT NULL,
    granted text[],                        -- faults that are excused; NULL: not decided
    decision text, decided_evidence text[],
    decided_by text, decided_at timestamptz,
    PRIMARY KEY (ticket_id, no),
    FOREIGN KEY (ticket_id, judgement) REFERENCES review (ticket_id, judgement)
);
CREATE UNIQUE INDEX appeal_undecided ON appeal (ticket_id) WHERE decided_at IS NULL;
CREATE INDEX appeal_area ON appeal (area, filed_at) WHERE decided_at IS NULL;
"""
MODES = """
ALTER TABLE county_mode DROP CONSTRAINT county_mode_mode_check;
ALTER TABLE county_mode ADD COLUMN until_at timestamptz;           -- then it returns to normal; NULL: normal itself
ALTER TABLE county_mode ADD COLUMN auto_storm boolean NOT NULL DEFAULT false;  -- the machine may call a storm itself
ALTER TABLE county_mode ADD COLUMN change_id text;                 -- the change that began the present mode
ALTER TABLE county_mode ADD COLUMN person_at timestamptz;          -- when a person set it last
ALTER TABLE county_mode ADD COLUMN peaked boolean NOT NULL DEFAULT false;      -- this storm has been seen in the load
ALTER TABLE county_mode ADD COLUMN calm_at timestamptz;            -- since when the load has been low
UPDATE county_mode SET person_at = set_at, change_id = 'migrated-' || area,
    mode = CASE mode WHEN 'auto' THEN 'quick' WHEN 'confirm' THEN 'normal' ELSE mode END,
    until_at = CASE mode WHEN 'confirm' THEN NULL ELSE now() + interval '24 hours' END;  -- as a mode set today
ALTER TABLE county_mode ADD CHECK (mode IN ('normal', 'quick', 'storm', 'manual'));
CREATE TABLE county_mode_change (          -- every switch: who, when, why, until when
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),
    before text NOT NULL, mode text NOT NULL,
    at timestamptz NOT NULL, set_by text NOT NULL, reason text NOT NULL,
    until_at timestamptz, auto_storm boolean NOT NULL
);
CREATE INDEX county_mode_change_area ON county_mode_change (area, at);
INSERT INTO county_mode_change (id, area, before, mode, at, set_by, reason, until_at, auto_storm)
SELECT change_id, area, mode, mode, set_at, set_by, reason, until_at, false FROM county_mode;
CREATE TABLE mode_proposal (               -- the machine proposes a storm; at most one waits in a county
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),
    mode text NOT NULL,
    open_tickets integer NOT NULL, crews integer NOT NULL,   -- what it was proposed on
    at timestamptz NOT NULL,
    ended_at timestamptz, ended_by text    -- taken up or set aside by a person, or withdrawn by the machine
);
CREATE UNIQUE INDEX mode_proposal_open ON mode_proposal (area) WHERE ended_at IS NULL;
CREATE TABLE weather_order (               -- 恶劣天气令
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),   -- and all that lies below it
    from_at timestamptz NOT NULL, to_at timestamptz NOT NULL,
    reason text NOT NULL, text text NOT NULL DEFAULT '',
    issuer text NOT NULL, issued_at timestamptz NOT NULL,
    revoked_at timestamptz, revoked_by text,
    CHECK (to_at > from_at), CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX weather_order_area ON weather_order (area, from_at);
CREATE TABLE disaster_report (             -- 快报 and 续报, due from the beginning of a storm or an order
    id text PRIMARY KEY,
    cause text NOT NULL CHECK (cause IN ('order', 'storm')),
    cause_id text NOT NULL,                -- weather_order.id or county_mode_change.id
    area text NOT NULL REFERENCES area(code),
    kind text NOT NULL CHECK (kind IN ('first', 'further')),
    begun_at timestamptz NOT NULL,         -- of the cause
    due_at timestamptz NOT NULL,
    overdue_at timestamptz,                -- when the worker flagged it
    sent_at timestamptz, sent_by text, text text,
    UNIQUE (cause_id, kind, due_at),
    CHECK ((sent_at IS NULL) = (text IS NULL))
);
CREATE INDEX disaster_report_open ON disaster_report (due_at) WHERE sent_at IS NULL;
CREATE INDEX disaster_report_area ON disaster_report (area, due_at);
"""
OUTAGES = """
CREATE TABLE network_node (                -- 站—线—支—台区—表箱—户; a tree over each county's network
    code text PRIMARY KEY,                 -- of an account: its number
    kind text NOT NULL CHECK (kind IN ('substation', 'feeder', 'lateral', 'transformer', 'box', 'account')),
    parent text REFERENCES network_node(code) DEFERRABLE INITIALLY DEFERRED,
    name text NOT NULL,
    area text NOT NULL REFERENCES area(code),   -- county
    served text NOT NULL DEFAULT 'public' CHECK (served IN ('public', 'dedicated', 'unhanded')),
    households integer NOT NULL DEFAULT 0 CHECK (households >= 0),
    lon double precision, lat double precision,
    meter_no text UNIQUE,                  -- of an account its meter, of a transformer its terminal
    protected text CHECK (protected IN ('life_support', 'important', 'sensitive')),
    installed_at timestamptz
);
CREATE INDEX network_node_parent ON network_node (parent);
CREATE INDEX network_node_box ON network_node (lat, lon) WHERE kind = 'box';
CREATE TABLE outage (                      -- 停电信息
    id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('planned', 'temporary', 'fault')),
    node text NOT NULL REFERENCES network_node(code),
    area text NOT NULL REFERENCES area(code),
    begins_at timestamptz NOT NULL,
    ends_at timestamptz,                   -- announced; of one that ended: when
    etr_at timestamptz,
    state text NOT NULL CHECK (state IN ('announced', 'active', 'overrun', 'ended')),
    cause text NOT NULL DEFAULT '',
    incident_ticket_id text,
    source text NOT NULL,
    text text NOT NULL,
    remainder text[] NOT NULL DEFAULT '{}',
    nested_in text REFERENCES outage(id),
    absorbed_by text REFERENCES outage(id),
    CHECK (ends_at IS NULL OR ends_at >= begins_at),
    CHECK (kind = 'fault' OR ends_at IS NOT NULL)
);
CREATE UNIQUE INDEX outage_dark ON outage (node) WHERE state IN ('active', 'overrun');
CREATE INDEX outage_standing ON outage (area, begins_at) WHERE state <> 'ended';
CREATE INDEX outage_node ON outage (node, begins_at);
CREATE INDEX outage_history ON outage (area, begins_at, id);
CREATE INDEX outage_ticket ON outage (incident_ticket_id) WHERE incident_ticket_id IS NOT NULL;
CREATE TABLE seat_notice (                 -- 报备: what seats tell the callers of an area
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    wording text NOT NULL,
    applicant text NOT NULL,
    applied_at timestamptz NOT NULL,
    approved_by text, approved_at timestamptz,
    revoked_by text, revoked_at timestamptz,
    CHECK (to_at > from_at)
);
CREATE INDEX seat_notice_area ON seat_notice (area, to_at);
CREATE TABLE arrears (                     -- 欠费停电, as the marketing system tells it
    account_no text NOT NULL,
    stopped_at timestamptz NOT NULL,
    cleared_at timestamptz,                -- paid; the supply is to be back within the pack's limit
    area text NOT NULL REFERENCES area(code),
    PRIMARY KEY (account_no, stopped_at),
    CHECK (cleared_at IS NULL OR cleared_at >= stopped_at)
);
CREATE TABLE meter_reading (               -- every answer of every meter
    meter_no text NOT NULL,
    at timestamptz NOT NULL,
    account_no text,
    area text NOT NULL REFERENCES area(code),
    live boolean NOT NULL,
    voltage_v real[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (meter_no, at)
);
CREATE TABLE meter_state (                 -- the newest of each meter
    meter_no text PRIMARY KEY,
    at timestamptz NOT NULL,
    account_no text,
    area text NOT NULL REFERENCES area(code),
    live boolean NOT NULL,
    voltage_v real[] NOT NULL DEFAULT '{}'
);
CREATE INDEX meter_state_account ON meter_state (account_no) WHERE account_no IS NOT NULL;
CREATE TABLE signal (                      -- what devices say of themselves, and what it is worth
    device text NOT NULL REFERENCES network_node(code),
    kind text NOT NULL CHECK (kind IN ('trip', 'last_gasp', 'restore')),
    at timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('scada', 'ami', 'dispatch')),
    area text NOT NULL REFERENCES area(code),
    received_at timestamptz NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('suspected', 'confirmed', 'false')),
    reason text NOT NULL,
    settled_at timestamptz,                -- judged for good
    PRIMARY KEY (device, kind, at, source)
);
CREATE INDEX signal_open ON signal (area, received_at) WHERE settled_at IS NULL;
CREATE INDEX signal_area ON signal (area, at);
"""
SERVICES = """
CREATE SEQUENCE service_number;
CREATE TABLE service_request (             -- 非抢修工单 and 业扩; the fold of its events
    id text PRIMARY KEY,
    version integer NOT NULL,
    area text NOT NULL REFERENCES area(code),
    kind text NOT NULL,
    request_no text NOT NULL UNIQUE,
    is_open boolean NOT NULL,
    due_at timestamptz,                    -- of its running stages, the earliest
    next_at timestamptz,                   -- when its next warning is due; NULL: none, or the clock stands still
    ticket_id text,                        -- repair ticket that it comes from
    account_no text,
    phone text,                            -- personal data: read only through the audited contact route
    doc json NOT NULL
);
CREATE INDEX service_request_due ON service_request (area, due_at, id) WHERE is_open;
CREATE INDEX service_request_next ON service_request (next_at) WHERE next_at IS NOT NULL;
CREATE UNIQUE INDEX service_request_ticket ON service_request (ticket_id, kind, (coalesce(account_no, '')))
    WHERE ticket_id IS NOT NULL;           -- one request for each household of a ticket
CREATE TABLE service_event (
    request_id text NOT NULL,
    version integer NOT NULL,
    area text NOT NULL,
    kind text NOT NULL,
    at_claimed timestamptz NOT NULL, at_server timestamptz NOT NULL,
    actor text NOT NULL, role text NOT NULL,
    payload json NOT NULL,
    PRIMARY KEY (request_id, version)
);
CREATE FUNCTION refuse_service_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'service_event is append-only';
END $$;
CREATE TRIGGER service_event_append_only BEFORE UPDATE OR DELETE ON service_event
    FOR EACH ROW EXECUTE FUNCTION refuse_service_change();
"""
CAPACITY = """
CREATE TABLE capacity_declaration (        -- 承载力申报: what holds for a depot's half-day
    depot text NOT NULL REFERENCES area(code),
    area text NOT NULL REFERENCES area(code),   -- the depot's county
    date date NOT NULL,
    half text NOT NULL CHECK (half IN ('am', 'pm')),
    kind text NOT NULL CHECK (kind IN ('survey', 'metering', 'field_test')),
    area_class text NOT NULL CHECK (area_class IN ('urban', 'rural')),
    version integer NOT NULL CHECK (version > 0),
    teams integer NOT NULL CHECK (teams >= 0),
    visits integer NOT NULL CHECK (visits >= 0),
    declared_by text NOT NULL, declared_at timestamptz NOT NULL, reason text NOT NULL,
    displaced integer NOT NULL,            -- visits that this version left without their place
    PRIMARY KEY (depot, date, half, kind, area_class)
);
CREATE TABLE capacity_change (             -- every version of a declaration, the present one too
    LIKE capacity_declaration INCLUDING CONSTRAINTS,
    PRIMARY KEY (depot, date, half, kind, area_class, version)
);
CREATE TABLE booking (                     -- 预约作业; the last of its log
    id text PRIMARY KEY,
    version integer NOT NULL,
    area text NOT NULL REFERENCES area(code),
    depot text NOT NULL, date date NOT NULL, half text NOT NULL, kind text NOT NULL, area_class text NOT NULL,
    place integer CHECK (place > 0),       -- which of the declared visits it is; NULL: it takes none
    state text NOT NULL,
    from_at timestamptz NOT NULL, to_at timestamptz NOT NULL,
    expires_at timestamptz,                -- until when the place is held; NULL: it is the customer's
    doc json NOT NULL,
    FOREIGN KEY (depot, date, half, kind, area_class) REFERENCES capacity_declaration
);
CREATE UNIQUE INDEX booking_place ON booking (depot, date, half, kind, area_class, place)
    WHERE place IS NOT NULL;               -- no place is promised twice, whoever forgot to ask
CREATE INDEX booking_day ON booking (depot, date, half);
CREATE INDEX booking_to_come ON booking (area, from_at, id) WHERE state = 'booked';
CREATE INDEX booking_expires ON booking (area, expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE booking_event (
    booking_id text NOT NULL,
    version integer NOT NULL,
    area text NOT NULL,
    step text NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL, reason text NOT NULL,
    doc json NOT NULL,                     -- the booking after it
    PRIMARY KEY (booking_id, version)
);
CREATE FUNCTION refuse_booking_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER booking_event_append_only BEFORE UPDATE OR DELETE ON booking_event
    FOR EACH ROW EXECUTE FUNCTION refuse_booking_change();
CREATE TRIGGER capacity_change_append_only BEFORE UPDATE OR DELETE ON capacity_change
    FOR EACH ROW EXECUTE FUNCTION refuse_booking_change();
"""
SUPERVISION = """
CREATE TABLE supervision (                 -- 督办单: where to look; what it says stands in the ticket
    no text PRIMARY KEY,
    area text NOT NULL,                    -- county that has the ticket
    ticket_id text NOT NULL,
    issued_at timestamptz NOT NULL, due_at timestamptz NOT NULL,
    answered_at timestamptz, cleared_at timestamptz,
    lapsed_at timestamptz                  -- the ticket ended before it was cleared
);
CREATE INDEX supervision_area ON supervision (area, issued_at, no);
CREATE INDEX supervision_open ON supervision (area, issued_at, no) WHERE cleared_at IS NULL AND lapsed_at IS NULL;
CREATE INDEX ticket_event_alert ON ticket_event (area, at_server, ticket_id, version)
    WHERE kind IN ('warned', 'overdue', 'supervised', 'escalated');
"""

SCRIPTS = (CLOCKS, DEPOTS, MATTERS, FIELD, MESSAGES, REVIEWS, MODES, OUTAGES, SERVICES, CAPACITY, SUPERVISION)


def upgrade() -> None:
    for script in SCRIPTS:
        if script:
            run_script(op.get_bind(), script)


downgrade = refuse_downgrade

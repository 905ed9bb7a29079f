"""Rounding off the closed loop: what customers are asked of their visits, and what is forgotten when.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

VISITS = """
ALTER TABLE booking ADD COLUMN phone text;            -- personal data: read only through the audited contact route
ALTER TABLE message ADD COLUMN booking_id text;       -- the visit that it is about; NULL: none
ALTER TABLE message ADD COLUMN booking_round integer; -- which change of the visit it tells of: answers to older ones
                                                      -- agree to nothing
CREATE INDEX message_booking ON message (booking_id) WHERE booking_id IS NOT NULL AND state = 'queued';
ALTER TABLE message DROP CONSTRAINT message_expects_check;
ALTER TABLE message ADD CONSTRAINT message_expects_check CHECK (expects IN ('survey', 'power_back', 'new_place'));
ALTER TABLE inbound ADD COLUMN booking_id text;
CREATE INDEX service_request_account ON service_request (account_no, id)
    WHERE is_open AND phone IS NOT NULL AND account_no IS NOT NULL;
"""
# Telephone numbers and texts are blanked when their time is over; what indices and audits count stays.
RETENTION = """
ALTER TABLE field_report ADD COLUMN forgotten boolean NOT NULL DEFAULT false;  -- what was sent, and where, is gone
CREATE INDEX message_kept ON message (created_at) WHERE to_phone <> '';
CREATE INDEX inbound_kept ON inbound (received_at) WHERE from_phone <> '' AND state <> 'unread';
CREATE INDEX call_kept ON call (at) WHERE phone <> '';
CREATE INDEX booking_kept ON booking (to_at) WHERE phone IS NOT NULL;
CREATE INDEX field_report_kept ON field_report (at_server) WHERE NOT forgotten;
CREATE INDEX crew_track_at ON crew_track USING brin (at);
CREATE INDEX meter_reading_at ON meter_reading USING brin (at);
CREATE INDEX audit_at ON audit USING brin (at);
"""

STORM = """
CREATE TABLE digest_line (                 -- a warning that goes to somebody on duty in a digest, not by itself
    id text PRIMARY KEY,
    to_phone text NOT NULL,                -- personal data; digits alone; '' once the digest is written, which has it
    area text NOT NULL,                    -- county that has the ticket
    ticket_id text NOT NULL,
    version integer NOT NULL,              -- line of the ticket's log
    subject_id text NOT NULL,              -- whom the digest names: the ticket, or of a 副单 its 主单
    kind text NOT NULL CHECK (kind IN ('warned', 'chased', 'overdue', 'supervised')),
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 4),
    due_at timestamptz,
    at timestamptz NOT NULL,
    message_id text                        -- the digest; NULL: waits for the next
);
CREATE INDEX digest_line_waits ON digest_line (to_phone, at) WHERE message_id IS NULL;
CREATE INDEX digest_line_message ON digest_line (message_id, id) WHERE message_id IS NOT NULL;
CREATE TABLE supervision_note (            -- a step of a 副单's ladder that its incident answers for
    ticket_id text NOT NULL,
    version integer NOT NULL,              -- line of the ticket's log
    incident_id text NOT NULL,
    area text NOT NULL,
    name text NOT NULL,                    -- of the limit
    level smallint NOT NULL CHECK (level BETWEEN 2 AND 4),
    at timestamptz NOT NULL,
    settled_at timestamptz,                -- when the incident had its 催办, 督办 or 升级 for it
    head_id text,                          -- ticket that stood for the incident then; NULL: none was open any more
    order_no text,                         -- the 督办单 that covers it
    PRIMARY KEY (ticket_id, version)
);
CREATE INDEX supervision_note_open ON supervision_note (incident_id) WHERE settled_at IS NULL;
CREATE INDEX supervision_note_order ON supervision_note (order_no) WHERE order_no IS NOT NULL;
CREATE TABLE storm_report (                -- 抗灾抢修快报: hourly, to the city
    id text PRIMARY KEY,
    area text NOT NULL REFERENCES area(code),   -- city
    at timestamptz NOT NULL,               -- its figures are those of this hour
    begun_at timestamptz NOT NULL,         -- when the storm began
    text text NOT NULL,
    doc json NOT NULL,
    made_at timestamptz NOT NULL,
    told integer NOT NULL,                 -- messages that were written; 0: nobody on duty is entered
    UNIQUE (area, at)
);
"""

# A ticket's row is written anew at each step. With room for that on its own page no index is touched (HOT): of 6,000
# rows written at one moment 4,400 stayed on their page, without the room 150. Texts that are replaced are found along
# the index by ticket, which took the place of two.
PAGES = """
ALTER TABLE ticket SET (fillfactor = 60);
DROP INDEX message_waits;
DROP INDEX message_ticket;
CREATE INDEX message_ticket ON message (ticket_id, to_phone, occasion);
"""

SCRIPTS = (VISITS, RETENTION, STORM, PAGES)


def upgrade() -> None:
    for script in SCRIPTS:
        run_script(op.get_bind(), script)


downgrade = refuse_downgrade

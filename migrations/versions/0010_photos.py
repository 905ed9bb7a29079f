"""Photos that crews take on site: turned upright, made smaller, without position, kept with their ticket.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PHOTOS = """
CREATE TABLE photo (                       -- 现场照片: evidence, so it is neither changed nor deleted
    id text PRIMARY KEY,                   -- made of the ticket's id and of what was sent: sent twice, it is one photo
    ticket_id text NOT NULL REFERENCES ticket(id),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),     -- of what was sent
    taken_at timestamptz NOT NULL,         -- by the telephone's clock, never after received_at
    received_at timestamptz NOT NULL,
    actor text NOT NULL, role text NOT NULL,        -- who sent it
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    picture bytea NOT NULL,                -- JPEG, as it was made here
    thumb bytea NOT NULL                   -- the same, small
);
ALTER TABLE photo ALTER picture SET STORAGE EXTERNAL, ALTER thumb SET STORAGE EXTERNAL;    -- a JPEG packs no smaller
CREATE INDEX photo_ticket ON photo (ticket_id, taken_at);
CREATE FUNCTION refuse_photo_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER photo_append_only BEFORE UPDATE OR DELETE ON photo
    FOR EACH ROW EXECUTE FUNCTION refuse_photo_change();
"""


def upgrade() -> None:
    run_script(op.get_bind(), PHOTOS)


downgrade = refuse_downgrade

"""Teams that come back from a repair; consoles hear of generator trucks; half-days are read packed.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

from dispatch.kit.migrate import refuse_downgrade, run_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BACK = """
ALTER TABLE team_taken ADD COLUMN freed_at timestamptz;  -- the list knows its crew is off the repair; NULL: not yet
CREATE INDEX team_taken_away ON team_taken (ticket_id, crew_id) WHERE done_at IS NOT NULL AND freed_at IS NULL;
"""

NEWS = """
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('ticket', 'gone', 'worklist', 'generator'));
"""

PACKED = """
CREATE TABLE half_day_packed (             -- what takes a place in a slot and where it stands, in one value: with each
    area text NOT NULL REFERENCES area(code),   -- booking hundreds of slots are read; made of booking and visit_stop
    depot text NOT NULL, date date NOT NULL, half text NOT NULL, kind text NOT NULL, area_class text NOT NULL,
    stops bytea,                           -- 64 bytes each, by team and position; NULL: something changed since
    names text NOT NULL DEFAULT '',        -- of the bookings, a line each
    PRIMARY KEY (depot, date, half, kind, area_class)
);
CREATE FUNCTION unpack_of_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE half_day_packed SET stops = NULL
        WHERE depot = OLD.depot AND date = OLD.date AND half = OLD.half AND kind = OLD.kind
          AND area_class = OLD.area_class AND stops IS NOT NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO half_day_packed AS packed (area, depot, date, half, kind, area_class)
        VALUES (NEW.area, NEW.depot, NEW.date, NEW.half, NEW.kind, NEW.area_class)
        ON CONFLICT (depot, date, half, kind, area_class) DO UPDATE SET stops = NULL WHERE packed.stops IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION unpack_team(visit_stop) RETURNS void LANGUAGE sql AS $$
    UPDATE half_day_packed SET stops = NULL
    WHERE depot = $1.depot AND date = $1.date AND half = $1.half AND stops IS NOT NULL
      AND starts_with($1.team, concat(depot, '/', kind, '/', area_class, '/'))
$$;
CREATE FUNCTION unpack_of_stop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM unpack_team(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM unpack_team(NEW); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER booking_unpacks AFTER INSERT OR DELETE ON booking
    FOR EACH ROW EXECUTE FUNCTION unpack_of_booking();
CREATE TRIGGER booking_change_unpacks AFTER UPDATE ON booking FOR EACH ROW
    WHEN ((OLD.depot, OLD.date, OLD.half, OLD.place, OLD.from_at, OLD.to_at, OLD.expires_at) IS DISTINCT FROM
          (NEW.depot, NEW.date, NEW.half, NEW.place, NEW.from_at, NEW.to_at, NEW.expires_at))
    EXECUTE FUNCTION unpack_of_booking();
CREATE TRIGGER visit_stop_unpacks AFTER INSERT OR DELETE ON visit_stop
    FOR EACH ROW EXECUTE FUNCTION unpack_of_stop();
CREATE TRIGGER visit_stop_change_unpacks AFTER UPDATE ON visit_stop FOR EACH ROW
    WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION unpack_of_stop();
INSERT INTO half_day_packed (area, depot, date, half, kind, area_class)
SELECT DISTINCT area, depot, date, half, kind, area_class FROM booking;
"""

SCRIPTS = (PACKED, BACK, NEWS)


def upgrade() -> None:
    for script in SCRIPTS:
        run_script(op.get_bind(), script)


downgrade = refuse_downgrade

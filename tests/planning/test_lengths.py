"""How long work is planned to take: as the pack expects until enough was seen, then as it took."""

from math import exp, log

from dispatch.desk.planning import lengths
from dispatch.desk.planning.lengths import ANEW, Lengths, length_of
from dispatch.kit.planrules import STANDARD
from dispatch.routing.durations import LogNormal, fitted
from tests.planning.conftest import manned, posed
from tests.worlds import XIANGSHAN, Small, minutes

PACK_S = 75 * 60  # lv
CASES = 20  # as many as the pack's word counts for
ALIKE = """
INSERT INTO ticket (id, version, area, stage, ticket_no, incident_id, reported_at, is_open, head, doc)
SELECT id || n, version, area, stage, ticket_no || n, id || n, reported_at, is_open, head,
       (doc::jsonb || jsonb_build_object('id', id || n, 'incident_id', id || n))::json
FROM ticket, generate_series(1, $2::int) AS n WHERE id = $1
"""


async def learned(small: Small, at: float) -> Lengths:
    async with small.db.connection() as connection:
        return await lengths.lengths_of(connection, small.desk, "3302", [XIANGSHAN], at=minutes(at))


async def closed(small: Small, cases: int) -> None:
    """Have so many repaired faults in the record, each of three minutes on site: one walked, the others like it."""
    one = await small.walk(await small.call(), to="close")
    async with small.db.transaction() as tx:
        assert await tx.execute(ALIKE, one.id, cases - 1) == f"INSERT 0 {cases - 1}"


async def test_work_takes_what_it_took_once_enough_was_seen_and_the_record_is_read_once(small: Small) -> None:
    await manned(small, c1=(121.87, 29.48))
    await closed(small, CASES - 1)
    ticket = await small.walk(await small.call(at=minutes(30)), to="accept", start=31)
    (job,) = (await posed(small, at=minutes(32))).problem.jobs
    assert (job.id, job.work_s, job.work_sigma) == (ticket.id, PACK_S, STANDARD.spread.value)
    before = await learned(small, 33)
    await small.walk_on(ticket, to="close", start=34)
    another = await small.walk(await small.call(at=minutes(45)), to="accept", start=46)
    (job,) = (await posed(small, at=minutes(46))).problem.jobs
    assert job.work_s == PACK_S, "what was read a few minutes ago holds"
    assert await learned(small, 46) is before
    at = minutes(32) + ANEW
    (job,) = (await posed(small, at=at)).problem.jobs
    kind = (await learned(small, 50)).work[XIANGSHAN].of(("lv", "urban", "no_power_one"))
    assert (job.id, job.work_s) == (another.id, round(kind.median_s))
    assert 180 < job.work_s < exp((log(180) + log(PACK_S)) / 2), "nearer to the three minutes than to the pack's"
    assert job.work_sigma == kind.sigma != STANDARD.spread.value


def test_a_category_that_was_seen_too_seldom_or_a_county_that_was_not_read_has_no_word() -> None:
    usual = LogNormal(3600.0, 0.5)
    rows = [(("lv", "urban", "no_power_one"), 600.0)] * 3 + [(("hv", "urban", "no_power_one"), 600.0)] * 2
    found = Lengths(minutes(0), {XIANGSHAN: fitted(rows, defaults={}, usual=usual, weight=3.0)})
    assert length_of(found, XIANGSHAN, ("lv", "rural", "flicker"), enough=3) is not None, "of the category enough"
    assert length_of(found, XIANGSHAN, ("hv", "urban", "no_power_one"), enough=3) is None
    assert length_of(found, "330226", ("lv", "urban", "no_power_one"), enough=3) is None
    assert length_of(None, XIANGSHAN, ("lv",), enough=0) is None

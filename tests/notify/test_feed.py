"""The feed's table: what is kept, what may go, and what the audit finds."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.notify import audit, feed, sequencer
from dispatch.notify.feed import Line
from dispatch.notify.messages import Changed, Gone, Head, Left, frame_from
from dispatch.notify.ring import GapInFeed, Ring, Strand
from dispatch.notify.snapshots import parts

from .county import change, read_board

XIANGSHAN, NINGHAI = "330225", "330226"
BACKLOG = """
INSERT INTO outbox (area, kind, ticket_id, version, body)
SELECT CASE WHEN i <= $2 THEN '330226' ELSE '330225' END, 'ticket', 't' || i, 1, '{}'
FROM generate_series(1, $1::int) AS i
"""


@pytest.fixture
async def connection(db):
    async with db.connection() as connection:
        yield connection


async def number(connection) -> None:
    while (await sequencer.move(connection))[0]:
        pass


async def tell(connection, *args: object, **facts: object) -> None:
    async with connection.transaction():
        await change(connection, *args, **facts)
    await number(connection)


async def rules(connection) -> set[str]:
    return {finding.rule for finding in await audit.findings(connection)}


async def test_old_changes_are_retired_and_the_numbers_go_on(connection):
    await connection.execute(BACKLOG, 60, 5)  # the first five in the quiet county
    await number(connection)
    later = datetime.now(UTC) + timedelta(minutes=1)
    retired = await feed.retire(connection, before=later, chunk=20)

    kept = await feed.on(connection, 0)
    assert retired == 39  # two steps of twenty, but for the quiet county's last
    assert [line.n for line in kept] == [5, *range(41, 61)]
    assert await feed.heads(connection) == {XIANGSHAN: 55, NINGHAI: 5}

    await tell(connection, "new", 1, area=NINGHAI)
    assert (await feed.on(connection, 60))[0].seq == 6
    assert await rules(connection) == set()


async def test_changes_that_are_young_enough_stay(connection):
    await connection.execute(BACKLOG, 60, 5)
    await number(connection)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert await feed.retire(connection, before=an_hour_ago, chunk=20) == 0


async def test_an_honest_feed_has_no_findings(connection):
    await tell(connection, "t1", 1, area=XIANGSHAN)
    await tell(connection, "t1", 2, area=XIANGSHAN, lender=NINGHAI)
    await tell(connection, "t1", 3, area=XIANGSHAN, stage="closed", leaves=NINGHAI)
    await change(connection, "t2", 1, area=XIANGSHAN)  # not numbered yet: that is no fault
    assert await audit.findings(connection) == []


@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        ("DELETE FROM feed WHERE n = 2", "feed_gap"),
        ("UPDATE feed SET seq = 9 WHERE n = 3", "area_feed_gap"),
        ("UPDATE feed SET version = 7 WHERE n = 1", "version_backwards"),
        ("INSERT INTO outbox (area, kind, ticket_id, version, body, wall_at) "
         "VALUES ('330225', 'ticket', 't1', 4, '{}', now() - interval '2 minutes')", "outbox_stuck"),
        ("UPDATE ticket SET version = 9 WHERE id = 't1'", "feed_diverges"),
        ("UPDATE ticket SET area = '330281' WHERE id = 't1'", "feed_diverges"),
        ("UPDATE ticket SET lender = '330226' WHERE id = 't1'", "feed_diverges"),
        ("DELETE FROM feed WHERE ticket_id = 't2'", "ticket_untold"),
    ],
)  # fmt: skip
async def test_the_audit_finds_what_is_wrong(connection, harm, rule):
    await tell(connection, "t1", 1, area=XIANGSHAN)
    await tell(connection, "t1", 2, area=XIANGSHAN, lender=NINGHAI)
    await tell(connection, "t1", 3, area=XIANGSHAN, leaves=NINGHAI)
    await tell(connection, "t2", 1, area=XIANGSHAN)
    await connection.execute(harm)
    assert rule in await rules(connection)


async def test_the_board_is_cut_into_parts_that_together_are_whole(connection):
    for ticket in range(30):
        await change(connection, f"t{ticket:02}", 1, area=XIANGSHAN)
    board = await read_board(connection, [XIANGSHAN])
    (only,) = parts(XIANGSHAN, 7, board)
    assert len(frame_from(f"[{only}]")[0].tickets) == 30
    (empty,) = parts(XIANGSHAN, 0, [])
    assert frame_from(f"[{empty}]")[0].more is False


# In memory


def line(n: int, area: str, seq: int, text: str = "x") -> Line:
    return Line(n, area, seq, "ticket", "t", 1, 0, "{}", text)


def test_a_strand_gives_what_came_after_a_place_once_joined():
    strand = Strand(5)
    for text in "abc":
        strand.append(text)
    assert strand.head == 8
    assert strand.cut(5) == ("a,b,c", 8)
    assert strand.cut(7) == ("c", 8)
    assert strand.cut(8) == ("", 8)
    assert strand.cut(9) == ("", 9)  # a console that another process has served further
    assert not strand.reaches(4)
    assert strand.cut(5)[0] is strand.cut(5)[0]


def test_a_full_ring_forgets_the_oldest_of_all_areas():
    ring = Ring(most_size=30)
    ring.add([line(1, "quiet", 1, "q" * 10), *(line(n, "busy", n - 1, "b" * 10) for n in range(2, 5))])
    assert not ring.strand("quiet").reaches(0)
    assert ring.strand("quiet").head == 1
    assert ring.strand("busy").reaches(0)


def test_a_ring_that_is_loaded_stands_where_the_feed_stands():
    ring = Ring()
    ring.load({"a": 12, "b": 3}, [line(90, "a", 11), line(91, "a", 12)])
    assert (ring.strand("a").head, ring.strand("b").head, ring.strand("c").head) == (12, 3, 0)
    assert ring.strand("a").reaches(10)
    assert not ring.strand("a").reaches(9)


def test_a_ring_takes_no_change_out_of_order():
    ring = Ring()
    ring.add([line(1, "a", 1)])
    with pytest.raises(GapInFeed):
        ring.add([line(2, "a", 3)])


def test_a_frame_with_a_kind_that_is_not_known_is_read_without_it():
    text = (
        '[{"kind":"weather","wind":12},{"kind":"head","areas":{"330225":4},"at":"2026-07-01T09:00:00Z","new":1},'
        '{"kind":"gone","area":"330225","seq":5,"ts":1,"body":{"id":"t","version":2}}]'
    )
    assert frame_from(text) == (
        Head({"330225": 4}, "2026-07-01T09:00:00Z"),
        Gone("330225", 5, 1, Left("t", 2)),
    )
    assert isinstance(frame_from('[{"kind":"ticket","area":"a","seq":1,"ts":1,"body":{"id":"t"}}]')[0], Changed)

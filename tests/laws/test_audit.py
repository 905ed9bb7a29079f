"""Whatever is changed behind the program's back, the audit finds and names."""

import asyncpg
import pytest

from dispatch.kit.rulepack import Packs
from dispatch.tickets import deadlines
from dispatch.tickets.audit import Fault, audit
from tests.worlds import LENT, Small, minutes

OPEN_THE_LOG = "SET session_replication_role = replica"  # what only a superuser can do: no trigger runs


async def tampered(small: Small, statement: str) -> None:
    connection = await asyncpg.connect(small.db.dsn)
    await connection.execute(OPEN_THE_LOG)
    done = await connection.execute(statement)
    await connection.close()
    assert done.rpartition(" ")[2] != "0", statement


async def at_work(small: Small) -> None:
    """A closed ticket, one that is lent and overdue, and one that has just come in."""
    await small.walk(await small.call())
    lent = await small.walk(await small.call(), to="accept")
    await small.does(lent, "dispatch", "xiangshan", LENT, at=minutes(2))
    await deadlines.fire_due(small.db, small.desk.packs, now=minutes(46))
    await small.call(at=minutes(46))


async def test_honest_work_is_clean(small: Small) -> None:
    await at_work(small)
    seen: list[tuple[int, int]] = []
    result = await audit(small.db, small.desk.packs, progress=lambda done, total: seen.append((done, total)))
    assert result.clean
    assert (result.tickets, result.dispatches, seen) == (3, 2, [(3, 3)])
    assert result.events == 14 + 8 + 1  # the second: four steps, four of its arrival's ladder
    assert result.deadlines > 8


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        (
            "UPDATE ticket_event SET payload = '{\"kind\":\"departed\"}', kind = 'departed' WHERE kind = 'accepted'",
            "broken_chain",
        ),
        ("UPDATE ticket_event SET kind = 'departed' WHERE kind = 'accepted'", "broken_chain"),
        ("UPDATE ticket_event SET at_claimed = at_claimed - interval '30 min' WHERE kind = 'arrived'", "broken_chain"),
        ("UPDATE ticket_event SET at_server = at_server - interval '1 s' WHERE version = 2", "broken_chain"),
        ("UPDATE ticket_event SET actor = 'somebody' WHERE kind = 'dispatched'", "broken_chain"),
        ("UPDATE ticket_event SET role = 'CREW' WHERE version = 2", "broken_chain"),
        ("UPDATE ticket_event SET area = '330226' WHERE version = 2", "broken_chain"),
        ('UPDATE ticket_event SET geo = \'{"lon":121,"lat":29,"accuracy_m":null}\' WHERE version = 2', "broken_chain"),
        ("UPDATE ticket_event SET hash = '\\x00' WHERE version = 1", "broken_chain"),
        ('UPDATE ticket_event SET payload = \'{"kind":"nonsense"}\' WHERE version = 2', "unreadable"),
        ("UPDATE ticket_event SET source = 'DREAM' WHERE version = 2", "unreadable"),
        ("DELETE FROM ticket_event WHERE version = 2", "gap"),
        ("DELETE FROM ticket_event WHERE version = 1", "gap no_log"),
        ("DELETE FROM ticket_event WHERE version = 14", "row_differs deadline_differs"),  # the end of a log
        ("DELETE FROM ticket_event WHERE ticket_id = (SELECT max(id) FROM ticket)", "no_log"),
        ("DELETE FROM ticket WHERE id = (SELECT min(id) FROM ticket)", "no_ticket"),
        ("UPDATE ticket SET stage = 'restored' WHERE is_open", "row_differs"),
        ("UPDATE ticket SET version = version + 1", "row_differs"),
        ("UPDATE ticket SET area = '330226'", "row_differs"),
        ("UPDATE ticket SET lender = NULL WHERE lender IS NOT NULL", "row_differs"),
        ("UPDATE ticket SET crew_id = 'c4' WHERE crew_id IS NOT NULL", "row_differs"),
        ("UPDATE ticket SET is_open = NOT is_open", "row_differs"),
        ("UPDATE ticket SET head = '\\x00'", "row_differs"),
        ("UPDATE ticket SET doc = replace(doc::text, '1号', '2号')::json", "row_differs"),
        ("UPDATE dispatch SET crew_id = 'c2'", "dispatch_differs"),
        ("UPDATE dispatch SET ended_at = NULL WHERE ended_at IS NOT NULL", "dispatch_differs"),
        ("DELETE FROM dispatch", "dispatch_differs"),
        ("DELETE FROM deadline WHERE state = 'armed'", "deadline_differs"),
        ("DELETE FROM deadline WHERE state = 'fired'", "deadline_differs"),
        ("UPDATE deadline SET state = 'armed' WHERE state = 'fired'", "deadline_differs"),
        ("UPDATE deadline SET state = 'fired' WHERE state = 'armed'", "deadline_differs"),
        ("UPDATE deadline SET due_at = due_at + interval '1 h' WHERE state = 'armed'", "deadline_differs"),
    ],
)
async def test_what_was_changed_is_found(small: Small, statement: str, faults: str) -> None:
    await at_work(small)
    await tampered(small, statement)
    result = await audit(small.db, small.desk.packs)
    assert not result.clean
    assert {finding.fault for finding in result.findings} == {Fault(name) for name in faults.split()}


async def test_a_field_that_differs_is_named(small: Small) -> None:
    await small.call()
    await tampered(small, "UPDATE ticket SET doc = replace(doc::text, '1号', '2号')::json, is_open = false")
    (finding,) = (await audit(small.db, small.desk.packs)).findings
    assert finding.detail == "is_open、doc.address"


async def test_a_ticket_whose_pack_is_lost_is_named(small: Small) -> None:
    await small.call()
    (finding,) = (await audit(small.db, Packs())).findings
    assert (finding.fault, finding.detail) == (Fault.UNKNOWN_PACK, small.desk.pack.key)


async def test_of_many_findings_all_are_counted_and_some_are_named(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatch.tickets.audit.MOST_NAMED", 2)
    monkeypatch.setattr("dispatch.tickets.audit.PAGE", 2)
    for _ in range(5):
        await small.call()
    await tampered(small, "UPDATE ticket SET stage = 'closed'")
    result = await audit(small.db, small.desk.packs)
    assert (result.tickets, result.faults, len(result.findings)) == (5, 5, 2)

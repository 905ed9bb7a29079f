"""Two hands on one ticket; the same request twice; a connection that dies in the middle."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from dispatch.accounts.model import SYSTEM
from dispatch.accounts.rights import Forbidden
from dispatch.desk.idempotency import KeyReused, purge
from dispatch.desk.intake.intake import Intake, NotClosed
from dispatch.desk.room import Once, Report, actor
from dispatch.desk.steps import step
from dispatch.kit.db import Database
from dispatch.kit.errors import NotFound, Unavailable
from dispatch.tickets import deadlines, store
from dispatch.tickets import events as e
from dispatch.tickets.audit import audit
from dispatch.tickets.lifecycle import WrongStage
from dispatch.tickets.model import document
from dispatch.tickets.store import Stale
from dispatch.tickets.words import Source, Stage
from tests.tickets.history import EVENTS
from tests.worlds import PEOPLE, START, Small, call, minutes, person


def once(key: str = "key-00001", request: bytes = b"request") -> Once:
    return Once(key, request)


async def count(small: Small, table: str) -> int:
    async with small.db.connection() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))


async def test_of_two_who_saw_the_same_version_one_wins_and_the_other_is_told_who(small: Small) -> None:
    ticket = await small.call()
    tries = [
        small.does(ticket, action, who, event, at=minutes(1), version=1)
        for action, who, event in (("accept", "xiangshan", e.Accepted()), ("return", "xiangshan", EVENTS["returned"]))
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    (refusal,) = [each for each in done if isinstance(each, BaseException)]
    assert isinstance(refusal, Stale)
    assert refusal.status == 409
    assert (refusal.details["by"], refusal.details["by_name"]) == ("xiangshan", "象山值班员")
    assert "象山值班员 于 09:01:00" in refusal.message
    assert refusal.details["version"] == 2
    assert refusal.details["stage"] in {"accepted", "returned"}
    assert refusal.details["at"] == minutes(1).isoformat()
    assert ticket.ticket_no in refusal.message
    assert await count(small, "ticket_event") == 2


async def test_a_clock_that_ran_out_meanwhile_makes_nobody_s_view_stale(small: Small) -> None:
    ticket = await small.call()
    await deadlines.fire_due(small.db, small.desk.packs, now=minutes(4))
    accepted = await small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(5), version=1)
    assert accepted.version == 8  # after what the clock did
    for seen in (1, 2, 9):
        with pytest.raises(Stale):
            await small.does(ticket, "chase", "seat", e.Chased(), at=minutes(6), version=seen)


async def test_without_a_version_the_second_is_refused_by_the_stage(small: Small) -> None:
    ticket = await small.call()
    tries = [small.does(ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1)) for _ in range(5)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Ticket", *["WrongStage"] * 4]


async def test_a_writer_who_did_not_lock_loses_to_the_key_of_the_log(small: Small) -> None:
    ticket = await small.call()
    by = actor(person("xiangshan"))

    async def late(event: e.Event) -> None:
        async with small.db.transaction() as tx:
            await store.append(tx, ticket, event, pack=small.desk.pack, by=by, source=Source.PHONE, at=minutes(1))

    await late(e.Accepted())
    with pytest.raises(Stale, match=r"xiangshan 于 09:01:00 办理“接单”"):
        await late(EVENTS["returned"])
    assert await count(small, "ticket_event") == 2
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_refusal_changes_nothing_and_tells_nobody(small: Small) -> None:
    ticket = await small.call()
    before = [await count(small, table) for table in ("ticket_event", "outbox", "deadline", "dispatch")]
    with pytest.raises(WrongStage):
        await small.does(ticket, "arrive", "xiangshan", e.Arrived(), at=minutes(1))
    assert [await count(small, table) for table in ("ticket_event", "outbox", "deadline", "dispatch")] == before


@pytest.mark.parametrize(
    ("who", "action", "refusal"),
    [
        ("ninghai", "accept", NotFound),  # another county: not even that it exists
        ("crew-2", "accept", Forbidden),
        ("seat", "accept", Forbidden),
        ("admin", "accept", Forbidden),
        ("monitor", "accept", Forbidden),
    ],
)
async def test_a_step_is_for_those_whose_step_it_is(small: Small, who: str, action: str, refusal: type) -> None:
    ticket = await small.call()
    with pytest.raises(refusal):
        await small.does(ticket, action, who, e.Accepted(), at=minutes(1))
    assert await count(small, "ticket_event") == 1


async def test_the_crew_on_the_job_reports_and_no_other(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="dispatch")
    for who in ("crew-2", "crew-3"):
        with pytest.raises(NotFound):
            await small.does(ticket, "depart", who, e.Departed(), at=minutes(5))
    assert (await small.does(ticket, "depart", "crew-1", e.Departed(), at=minutes(5))).stage is Stage.EN_ROUTE


async def test_a_ticket_nobody_has_is_not_found(small: Small) -> None:
    with pytest.raises(NotFound):
        await small.does("no-such-ticket", "accept", "xiangshan", e.Accepted(), at=minutes(1))


async def test_the_same_call_sent_by_many_at_once_is_one_ticket(small: Small, desk: Any) -> None:
    """Two API processes, ten times each."""
    other = Intake(desk)
    keys = [once() for _ in range(20)]
    takers = [
        intake.log_call(call(), by=person("seat"), at=START, once=key)
        for intake, key in zip([small.intake, other] * 10, keys, strict=True)
    ]
    taken = await asyncio.gather(*takers)
    await other.close()
    assert len({each.ticket.id for each in taken}) == len({each.call_id for each in taken}) == 1
    assert len({each.ticket.model_dump_json() for each in taken}) == 1
    assert sum(key.replayed for key in keys) == 19
    assert await count(small, "ticket") == await count(small, "call") == await count(small, "idempotency") == 1


async def test_a_call_sent_again_later_gets_the_first_answer(small: Small) -> None:
    first = await small.intake.log_call(call(), by=person("seat"), at=START, once=once())
    await small.does(first.ticket, "accept", "xiangshan", e.Accepted(), at=minutes(1))
    again = once()
    second = await small.intake.log_call(call(), by=person("seat"), at=minutes(9), once=again)
    assert (second.call_id, second.ticket) == (first.call_id, first.ticket)
    assert again.replayed
    assert second.replayed


async def test_the_same_key_for_another_call_is_refused(small: Small) -> None:
    await small.intake.log_call(call(), by=person("seat"), at=START, once=once())
    with pytest.raises(KeyReused) as refused:
        await small.intake.log_call(call(), by=person("seat"), at=START, once=once(request=b"other"))
    assert refused.value.status == 422
    assert await count(small, "ticket") == 1


async def test_at_the_same_moment_too(small: Small) -> None:
    tries = [
        small.intake.log_call(call(), by=person("seat"), at=START, once=once(request=request))
        for request in (b"one", b"other")
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["KeyReused", "Taken"]


async def test_two_people_may_use_the_same_key(small: Small) -> None:
    first = await small.intake.log_call(call(), by=person("seat"), at=START, once=once())
    second = await small.intake.log_call(call(), by=person("shift"), at=START, once=once())
    assert first.ticket.id != second.ticket.id


async def test_without_a_key_two_calls_are_two_tickets_with_two_numbers(small: Small) -> None:
    tickets = await asyncio.gather(*(small.call() for _ in range(250)))
    assert len({ticket.ticket_no for ticket in tickets}) == 250
    assert all(ticket.ticket_no.startswith("260701") for ticket in tickets)
    assert (await audit(small.db, small.desk.packs)).tickets == 250


async def test_a_step_sent_again_has_one_effect_and_one_answer(small: Small) -> None:
    ticket = await small.call()
    keys = [once() for _ in range(6)]
    answers = await asyncio.gather(*(accept(small, ticket.id, key) for key in keys))
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert sum(key.replayed for key in keys) == 5
    assert await count(small, "ticket_event") == 2


async def accept(small: Small, ticket_id: str, key: Once) -> Any:
    return await step(
        small.desk,
        ticket_id,
        e.Accepted(),
        action="ticket.accept",
        by=person("xiangshan"),
        report=Report(source=Source.PHONE),
        at=minutes(1),
        once=key,
    )


async def test_a_crew_that_repeats_its_refusal_is_answered_though_the_job_is_no_longer_its_own(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="dispatch")
    answers = [
        await step(
            small.desk,
            ticket.id,
            EVENTS["crew_rejected"],
            action="ticket.crew-reject",
            by=person("crew-1"),
            report=Report(source=Source.APP),
            at=minutes(5),
            once=once(),
        )
        for _ in range(2)
    ]
    assert document(answers[0]) == document(answers[1])


async def test_old_keys_are_forgotten(small: Small) -> None:
    await small.intake.log_call(call(), by=person("seat"), at=START, once=once())
    assert await purge(small.db) == 0
    async with small.db.connection() as connection:
        await connection.execute("UPDATE idempotency SET at = at - interval '25 h'")
    assert await purge(small.db) == 1


async def kill_all(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    killed = await connection.fetch(
        "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> $1",
        connection.get_server_pid(),
    )
    await connection.close()
    return len(killed)


async def test_a_connection_killed_in_mid_step_changes_nothing_and_the_retry_succeeds(small: Small, dsn: str) -> None:
    ticket = await small.call()

    async def cut_off() -> None:
        async with small.db.transaction() as tx:
            locked = await store.load(tx, ticket.id, lock=True)
            await store.append(
                tx, locked, e.Accepted(), pack=small.desk.pack, by=actor(SYSTEM), source=Source.SYSTEM, at=minutes(1)
            )
            assert await kill_all(dsn) > 0

    with pytest.raises(Unavailable) as refused:
        await cut_off()
    assert refused.value.status == 503
    after = await accept(small, ticket.id, once())
    assert (after.version, after.stage) == (2, Stage.ACCEPTED)
    assert (await audit(small.db, small.desk.packs)).clean


async def test_calls_waiting_for_a_killed_connection_get_503_and_their_retries_are_not_doubled(
    small: Small, dsn: str
) -> None:
    """A lock holds the batches up inside their transactions; their backends die; the calls are sent again."""
    await small.call()
    blocker = await asyncpg.connect(dsn)
    transaction = blocker.transaction()
    await transaction.start()
    await blocker.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
    keys = [f"key-{n:05}" for n in range(10)]
    waiting = asyncio.gather(
        *(small.intake.log_call(call(), by=person("seat"), at=START, once=once(key)) for key in keys),
        return_exceptions=True,
    )
    assert await kill_blocked(blocker, until=waiting) >= 1
    assert {type(answer) for answer in await waiting} == {Unavailable}
    await transaction.rollback()
    await blocker.close()
    again = [await small.intake.log_call(call(), by=person("seat"), at=START, once=once(key)) for key in keys]
    assert len({taken.ticket.id for taken in again}) == 10
    assert await count(small, "ticket") == 11
    assert (await audit(small.db, small.desk.packs)).clean


async def kill_blocked(blocker: Any, *, until: "asyncio.Future[Any]") -> int:
    """Kill each backend that waits for the lock, until everybody has his answer; return how many were killed."""
    killed = 0
    while not until.done():
        rows = await blocker.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'outbox'::regclass"
        )
        killed += len(rows)
        await asyncio.sleep(0.01)
    return killed


async def test_one_bad_call_does_not_take_the_others_with_it(small: Small) -> None:
    """The database refuses one of a batch (here by a constraint of this test's): the rest are written."""
    async with small.db.connection() as connection:
        await connection.execute("ALTER TABLE call ADD CONSTRAINT odd CHECK (phone <> '13900000007')")
    calls = [small.intake.log_call(call(phone=f"1390000000{n}"), by=person("seat"), at=START) for n in range(10)]
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert [n for n, each in enumerate(done) if isinstance(each, BaseException)] == [7]
    assert isinstance(done[7], asyncpg.CheckViolationError)
    assert await count(small, "ticket") == 9
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_caller_who_hangs_up_does_not_take_the_answer_from_others(small: Small) -> None:
    await small.call()
    first = asyncio.create_task(small.intake.log_call(call(), by=person("seat"), at=START, once=once()))
    second = asyncio.create_task(small.intake.log_call(call(), by=person("seat"), at=START, once=once()))
    await asyncio.sleep(0)
    first.cancel()
    taken = await second
    with pytest.raises(asyncio.CancelledError):
        await first
    assert taken.ticket.version == 1
    assert await count(small, "ticket") == 2


async def test_what_waits_when_the_intake_closes_is_still_written(desk: Any) -> None:
    intake = Intake(desk)
    waiting = [asyncio.create_task(intake.log_call(call(), by=person("seat"), at=START)) for _ in range(5)]
    await asyncio.sleep(0)
    await intake.close()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each).__name__ for each in done} <= {"Taken", "Unavailable"}
    with pytest.raises(Unavailable):
        await intake.log_call(call(), by=person("seat"), at=START)


async def test_no_database_is_503(desk: Any) -> None:
    nowhere = Database("postgresql://127.0.0.1:1/none")
    lost = type(desk)(**{**vars(desk), "db": nowhere})
    intake = Intake(lost)
    with pytest.raises(Unavailable):
        await intake.log_call(call(), by=person("seat"), at=START)
    await intake.close()


async def test_a_repeat_report_names_a_closed_ticket(small: Small) -> None:
    first = await small.call()
    with pytest.raises(NotClosed):
        await small.call(repeat_of=first.id)
    await small.walk(first)
    again = await small.call(at=minutes(60), repeat_of=first.id)
    assert again.repeat_of == first.id
    with pytest.raises(NotFound):
        await small.call(repeat_of="no-such-ticket")


async def test_what_became_of_a_call_stands_beside_it(small: Small) -> None:
    sent, asked = await small.call(draft=True), await small.call(draft=True)
    await small.does(sent, "complete", "seat", EVENTS["completed"], at=minutes(1))
    await small.does(asked, "consult", "seat", EVENTS["consulted"], at=minutes(1))
    await small.call()
    async with small.db.connection() as connection:
        outcomes = await connection.fetch("SELECT outcome FROM call ORDER BY outcome")
    assert [row["outcome"] for row in outcomes] == ["consulted", "ticket", "ticket"]


async def test_the_whole_telephone_number_stands_in_the_call_only(small: Small) -> None:
    ticket = await small.call(phone="13912345678")
    async with small.db.connection() as connection:
        assert await connection.fetchval("SELECT phone FROM call") == "13912345678"
        for table in ("ticket", "ticket_event", "outbox", "idempotency", "deadline", "incident"):
            rows = await connection.fetch(f"SELECT {table}::text FROM {table}")
            assert "13912345678" not in json.dumps([row[0] for row in rows])
    assert ticket.phone_masked == "139****5678"


def test_the_people_of_the_small_world_have_all_roles() -> None:
    assert {role.value for role, _, _ in PEOPLE.values()} >= {"SEAT_AGENT", "CREW", "REPLY_AUDITOR", "ADMINISTRATOR"}

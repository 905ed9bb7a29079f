"""Every message is sent once, whatever the gateway, the network and the worker do."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from dispatch.desk.messages import messaging
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.notify.sending import Fact, key_of, split_key
from dispatch.notify.templates import Occasion
from dispatch.notify.texts import NoSuchMessage, NotDead, Standing
from dispatch.simulator.gateway import Temper
from tests.worlds import START, Small, minutes, person

from .outgoing import Post, post

WILD = Temper(refuses=0.15, loses=0.1, slow=0.1, slow_s=0.5, doubles=0.4, fails=0, receipt_s=0.1)
BROKEN = Temper(refuses=1, loses=0, slow=0)
EVENING = START.astimezone(CHINA).replace(hour=21, minute=30)


async def seen(opened: Post, message_id: str) -> dict[str, object]:
    async with opened.desk.db.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM message WHERE id = $1", message_id)
    assert row is not None
    return dict(row)


@pytest.mark.parametrize("seed", [7, 8])
async def test_a_gateway_that_fails_and_answers_late_gets_every_message_once(small: Small, seed: int) -> None:
    async with post(small.desk, replace(WILD, seed=seed)) as opened:
        made = await opened.enqueue(60)
        await opened.until_quiet()
        assert opened.simulated.answers[503] > 0  # it did fail,
        assert opened.simulated.answers[500] > 0  # took and said that it had not,
        assert max(opened.simulated.tries.values()) > 1  # and was asked again
        opened.simulated.calmed()
        for one in await messaging.page(small.desk, by=person("admin"), state=Standing.DEAD):
            await messaging.requeue(small.desk, one.id, by=person("admin"), at=opened.clock.at)
        await opened.until_quiet()
        assert Counter(one.key for one in opened.simulated.arrived) == dict.fromkeys(made, 1)
        assert await opened.states() == {"sent": 60}


async def test_nothing_is_lost_when_workers_are_stopped_in_the_middle(desk: Desk) -> None:
    slow = Temper(refuses=0, loses=0, slow=1, slow_s=1, doubles=0, fails=0)
    async with post(desk, slow, timeout_s=5) as opened:
        made = await opened.enqueue(80)
        for _ in range(3):
            heard = sum(opened.simulated.tries.values())
            worker = asyncio.create_task(opened.sender.run())
            while sum(opened.simulated.tries.values()) == heard:  # the gateway has one, and is slow to answer
                await asyncio.sleep(0.01)
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
            assert (await opened.states())["sending"] > 0  # some were on their way
            await opened.forget_holders()
        opened.simulated.calmed()
        await opened.until_quiet()
        assert max(opened.simulated.tries.values()) > 1  # what had been taken was handed over again
        assert Counter(one.key for one in opened.simulated.arrived) == dict.fromkeys(made, 1)
        assert await opened.states() == {"sent": 80}


async def test_two_workers_share_the_messages(desk: Desk) -> None:
    async with post(desk, Temper.calm(), timeout_s=5) as opened:
        made = await opened.enqueue(100)
        workers = [asyncio.create_task(opened.sender.run()) for _ in range(2)]
        while (await opened.states()).get("sent") != len(made):
            await asyncio.sleep(0.02)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        assert set(opened.simulated.tries.values()) == {1}


async def test_after_as_many_tries_as_the_pack_says_a_message_is_dead_and_can_be_sent_again(small: Small) -> None:
    async with post(small.desk, BROKEN) as opened:
        (message_id,) = await opened.enqueue()
        await opened.until_quiet()
        row = await seen(opened, message_id)
        assert (row["state"], row["attempts"], row["last_error"]) == ("dead", 14, "HTTP 503")
        assert opened.simulated.tries[message_id] == 14
        listed = await messaging.page(small.desk, by=person("admin"))
        assert [(one.id, one.to_phone, one.state) for one in listed] == [(message_id, "139****0000", "dead")]
        opened.simulated.calmed()
        await messaging.requeue(small.desk, message_id, by=person("admin"), at=opened.clock.at)
        with pytest.raises(NotDead):
            await messaging.requeue(small.desk, message_id, by=person("admin"), at=opened.clock.at)
        await opened.until_quiet()
        assert [one.key for one in opened.simulated.arrived] == [message_id]


async def test_a_number_that_the_gateway_never_takes_is_not_tried_again(desk: Desk) -> None:
    async with post(desk, Temper.calm()) as opened:
        (message_id,) = await opened.enqueue()
        async with desk.db.connection() as connection:
            await connection.execute("UPDATE message SET channel = 'voice' WHERE id = $1", message_id)
        opened.sender._gateway._url += "/nowhere"  # type: ignore[attr-defined]  # noqa: SLF001 - a door that is not there
        await opened.until_quiet()
        row = await seen(opened, message_id)
        assert (row["state"], row["attempts"], row["last_error"]) == ("dead", 1, "HTTP 404")


async def test_the_waits_between_tries_grow_up_to_the_longest(desk: Desk) -> None:
    async with post(desk, BROKEN) as opened:
        (message_id,) = await opened.enqueue()
        waits = []
        while (await seen(opened, message_id))["state"] != "dead":
            await opened.sender.turn(desk)
            next_at = (await seen(opened, message_id))["next_at"]
            if next_at is not None:
                waits.append((next_at - opened.clock.at).total_seconds())  # type: ignore[operator]
                opened.clock.at = next_at  # type: ignore[assignment]
        assert waits == [10, 20, 40, 80, 160, 320, *[600] * 7]


async def test_a_message_that_is_a_day_late_is_not_sent_any_more(desk: Desk) -> None:
    async with post(desk, Temper.calm()) as opened:
        (message_id,) = await opened.enqueue()
        opened.clock.at += timedelta(hours=24)
        await opened.sender.turn(desk)
        assert (await seen(opened, message_id))["last_error"] == "Expired"
        assert opened.simulated.arrived == []


async def test_at_night_only_what_is_urgent_goes_out(desk: Desk) -> None:
    async with post(desk, Temper.calm(), at=EVENING) as opened:
        (urgent,) = await opened.enqueue(occasion=Occasion.ACCEPTED)
        (survey,) = await opened.enqueue(occasion=Occasion.SURVEY)
        await opened.sender.turn(desk)
        assert [one.key for one in opened.simulated.arrived] == [urgent]
        morning = (await seen(opened, survey))["next_at"]
        assert morning.astimezone(CHINA).strftime("%d %H:%M") == "02 08:00"  # type: ignore[attr-defined]
        opened.clock.at = morning  # type: ignore[assignment]
        await opened.sender.turn(desk)
        assert [one.key for one in opened.simulated.arrived] == [urgent, survey]


async def test_a_message_that_was_due_by_day_and_is_taken_by_night_waits_for_the_morning(desk: Desk) -> None:
    async with post(desk, Temper.calm(), at=EVENING - timedelta(hours=1)) as opened:
        (survey,) = await opened.enqueue(occasion=Occasion.SURVEY)
        opened.clock.at = EVENING  # the worker was away until now
        await opened.sender.turn(desk)
        row = await seen(opened, survey)
        assert (row["state"], row["attempts"]) == ("queued", 0)
        assert opened.simulated.arrived == []


FACTS = (Fact.TAKEN, Fact.DELIVERED, Fact.UNDELIVERED, Fact.TAKEN, Fact.DELIVERED)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_facts_lead_to_one_end_in_whatever_order_and_however_often_they_come(desk: Desk, size: int) -> None:
    ends: dict[frozenset[Fact], set[object]] = {}
    async with post(desk, Temper.calm()) as opened:
        for order in sorted(set(permutations(FACTS, size))):
            (message_id,) = await opened.enqueue()
            for fact in order:
                await messaging.learn(desk, message_id, fact, at=START)
            ends.setdefault(frozenset(order), set()).add((await seen(opened, message_id))["state"])
    for facts, states in ends.items():
        end = "delivered" if Fact.DELIVERED in facts else "dead" if Fact.UNDELIVERED in facts else "sent"
        assert states == {end}, facts


async def test_a_receipt_before_the_answer_and_a_late_answer_send_nothing_twice(desk: Desk) -> None:
    async with post(desk, Temper.calm()) as opened:
        (message_id,) = await opened.enqueue()
        await messaging.learn(desk, message_id, Fact.DELIVERED, at=START)
        assert await opened.sender.turn(desk) == 0
        with pytest.raises(NoSuchMessage):
            await messaging.learn(desk, "nobody's", Fact.DELIVERED, at=START)


async def test_what_was_not_delivered_is_sent_again_under_a_new_key_and_old_receipts_mean_nothing(desk: Desk) -> None:
    async with post(desk, Temper(seed=1, refuses=0, loses=0, slow=0, fails=1)) as opened:
        (message_id,) = await opened.enqueue()
        await opened.sender.turn(desk)
        await messaging.learn(desk, message_id, Fact.UNDELIVERED, at=START)
        opened.simulated.calmed()
        await messaging.requeue(desk, message_id, by=person("admin"), at=START)
        await messaging.learn(desk, message_id, Fact.UNDELIVERED, at=START)  # doubled, from the first round
        assert (await seen(opened, message_id))["state"] == "queued"
        await opened.sender.turn(desk)
        assert [one.key for one in opened.simulated.arrived] == [key_of(message_id, 1)]
        assert split_key(key_of(message_id, 1)) == (message_id, 1)


async def test_news_that_is_out_of_date_is_not_sent(small: Small) -> None:
    ticket = await small.call(phone="13900000000")
    restored = await small.walk(ticket, to="restore")
    async with small.db.connection() as connection:
        rows = await connection.fetch("SELECT occasion, state FROM message WHERE ticket_id = $1", restored.id)
    assert {row["occasion"]: row["state"] for row in rows} == {
        "accepted": "dropped",
        "dispatched": "dropped",
        "etr": "dropped",
        "restored": "queued",
    }
    async with post(small.desk, Temper.calm(), at=minutes(30)) as opened:
        await opened.sender.turn(small.desk)
        assert len(opened.simulated.arrived) == 1
        assert opened.simulated.arrived[0].to == "13900000000"

"""
Take calls (受理): each becomes call, incident, ticket, log line, clocks and a message to the consoles.

Calls that come in at the same time share a transaction (group commit): while one batch is being written the next
gathers, so the batch grows with the load and a lone call waits for nobody. A call is answered only after its commit.
All that can be wrong with a call is found before; if the database still refuses a batch, its calls are written one by
one.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal, Unavailable
from dispatch.kit.logs import logger
from dispatch.kit.metrics import INTAKE_BATCH
from dispatch.tickets import store
from dispatch.tickets.lifecycle import evolve
from dispatch.tickets.model import Ticket
from dispatch.tickets.rows import Call, Change
from dispatch.tickets.store import Opening
from dispatch.tickets.words import CallOutcome, Channel, Source, Stage

from . import idempotency
from .acting import permit
from .calls import CallIn, check_times, first_event
from .ids import new_id, ticket_number
from .room import Desk, Once, actor

MOST = 256  # calls in a batch; measured: one writer with large batches beats two or three with smaller ones
BLOCK = 100  # ticket numbers taken at a time; the sequence's increment

SOURCES = {Channel.PHONE: Source.CTI, Channel.APP: Source.APP}

log = logger("intake")


class NotClosed(Refusal):
    """Only a closed ticket can have come back; an open one is chased."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a call."""

    call_id: str
    ticket: Ticket
    replayed: bool = False  # it is the first answer to the same request


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that was found right and waits to be written."""

    change: Change
    call: Call
    by: Account
    once: Once | None
    answer: "asyncio.Future[Taken]"

    @property
    def key(self) -> tuple[str, str] | None:
        return (self.by.id, self.once.key) if self.once else None


class Intake:
    """The desk where calls come in; one for each process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._queue: deque[Waiting] = deque()
        self._filled = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._in_hand: dict[tuple[str, str], tuple[Once, asyncio.Future[Taken]]] = {}
        self._numbers = iter(range(0))
        self._numbering = asyncio.Lock()
        self._closing = False

    async def log_call(self, call: CallIn, *, by: Account, at: datetime, once: Once | None = None) -> Taken:
        """
        Take a call and return once it is kept.

        :raises Forbidden: if ``by`` may not take calls
        :raises Invalid: if the call lacks something, or says what cannot be
        :raises KeyReused: if the key was used with another request
        :raises Unavailable: if the database cannot be reached; the same request may be sent again
        """
        rights.check(by, "call.log", covers=self._desk.areas.covers)
        if once is None:
            return await self._take(call, by, at, None)
        same = self._in_hand.get((by.id, once.key))
        if same is None:
            return await self._take_once(call, by, at, once)
        idempotency.check(once, same[0].request_hash)
        taken = await asyncio.shield(same[1])
        once.replayed = True
        return Taken(taken.call_id, taken.ticket, replayed=True)

    async def close(self) -> None:
        """Write what waits, then stop."""
        self._closing = True
        self._filled.set()
        if self._writer is not None:
            await self._writer

    async def _take_once(self, call: CallIn, by: Account, at: datetime, once: Once) -> Taken:
        """Take a call unless it was taken before: what has grown too old since then still has its first answer."""
        try:
            return await self._take(call, by, at, once)
        except Unavailable:
            raise
        except Refusal:
            async with self._desk.db.connection() as connection:
                kept = await idempotency.find(connection, by, once)
                if kept is None:
                    raise
                return await _first(connection, kept)

    async def _take(self, call: CallIn, by: Account, at: datetime, once: Once | None) -> Taken:
        if self._closing:
            raise Unavailable("服务正在停止,请稍候用同一请求重试")
        answer: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        if once is not None:
            self._in_hand[by.id, once.key] = (once, answer)
            answer.add_done_callback(lambda _: self._in_hand.pop((by.id, once.key)))
        try:
            waiting = await self._checked(call, by, at, once, answer)
        except BaseException as error:  # a cancelled request too must not leave others of the same key waiting
            _refuse(answer, error if isinstance(error, Exception) else Unavailable("请求已中断,请用同一请求重试"))
            raise
        self._queue.append(waiting)
        self._filled.set()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_on())
        return await asyncio.shield(answer)  # who hangs up does not take the answer from others

    async def _checked(
        self, call: CallIn, by: Account, at: datetime, once: Once | None, answer: "asyncio.Future[Taken]"
    ) -> Waiting:
        reported_at = check_times(call, at)
        await self._check_repeat(call, by)
        pack = self._desk.pack
        ticket_id, call_id = new_id(at), new_id(at)
        event = first_event(
            self._desk,
            call,
            call_id=call_id,
            ticket_no=ticket_number(at, await self._number()),
            pack=pack.key,
            reported_at=reported_at,
        )
        contact = Call(
            id=call_id,
            area=event.area,
            channel=call.channel,
            phone=call.phone,
            seat=by.id,
            at=reported_at,
            outcome=CallOutcome.DRAFT if call.draft else CallOutcome.TICKET,
            account_no=call.account_no,
            ticket_id=ticket_id,
        )
        source = SOURCES.get(call.channel, Source.SYSTEM)
        opening = Opening(ticket_id, event, contact, actor(by), source, at, pack)
        return Waiting(store.opened(opening), contact, by, once, answer)

    async def _check_repeat(self, call: CallIn, by: Account) -> None:
        """:raises NotClosed: if the ticket whose trouble is said to be back is still open"""
        if call.repeat_of is None:
            return
        async with self._desk.db.connection() as connection:
            before = await store.load(connection, call.repeat_of)
        permit(self._desk, by, "ticket.read", before)
        if before.stage is not Stage.CLOSED:
            raise NotClosed(f"工单 {before.ticket_no} 尚未归档,请改用催办", field="repeat_of", stage=before.stage.value)

    async def _number(self) -> int:
        async with self._numbering:
            number = next(self._numbers, None)
            if number is None:
                async with self._desk.db.connection() as connection:
                    start = await connection.fetchval("SELECT nextval('ticket_number')")
                self._numbers = iter(range(start + 1, start + BLOCK))
                number = start
            return int(number)

    async def _write_on(self) -> None:
        while True:
            await self._filled.wait()
            if self._queue:
                await self._flush([self._queue.popleft() for _ in range(min(MOST, len(self._queue)))])
            elif self._closing:
                return
            else:
                self._filled.clear()

    async def _flush(self, batch: Sequence[Waiting]) -> None:
        try:
            answers = await self._write(batch)
            INTAKE_BATCH.observe(len(batch))
        except Unavailable as lost:
            answers = [Unavailable(lost.message) for _ in batch]
        except Exception as error:
            if len(batch) > 1:
                log.warning("batch refused, calls written one by one", calls=len(batch), error=type(error).__name__)
                for waiting in batch:
                    await self._flush([waiting])
                return
            answers = [error]
        for waiting, answer in zip(batch, answers, strict=True):
            _settle(waiting.answer, answer)

    async def _write(self, batch: Sequence[Waiting]) -> list[Taken | Exception]:
        async with self._desk.db.transaction() as tx:
            new = await idempotency.claim(tx, [(w.by.id, w.once, _kept(w)) for w in batch if w.once])
            fresh = [waiting for waiting in batch if waiting.key is None or waiting.key in new]
            if fresh:
                await store.write_openings(tx, [w.change for w in fresh], [w.call for w in fresh])
            return [
                Taken(w.call.id, w.change.after) if w.key is None or w.key in new else await _first_answer(tx, w)
                for w in batch
            ]


def _kept(waiting: Waiting) -> str:
    """Return what is kept of the answer: the ticket's first version stands in its log."""
    return f"{waiting.call.id} {waiting.change.after.id}"


async def _first_answer(tx: Connection, waiting: Waiting) -> Taken | Refusal:
    """Return the answer that the same request got before, or why it cannot have it."""
    try:
        kept = await idempotency.find(tx, waiting.by, waiting.once)
    except idempotency.KeyReused as refusal:
        return refusal
    assert kept is not None
    return await _first(tx, kept)


async def _first(connection: Connection, kept: str) -> Taken:
    call_id, _, ticket_id = kept.partition(" ")
    first, *_ = await store.log(connection, ticket_id)
    return Taken(call_id, evolve(None, first), replayed=True)


def _settle(future: "asyncio.Future[Taken]", answer: Taken | Exception) -> None:
    if future.done():
        return
    if isinstance(answer, Taken):
        future.set_result(answer)
    else:
        _refuse(future, answer)


def _refuse(future: "asyncio.Future[Taken]", error: Exception) -> None:
    future.set_exception(error)
    future.exception()  # who asked may have hung up; nobody need hear of it then

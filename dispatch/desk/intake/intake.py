"""
Take calls (受理): each becomes call, incident, ticket, log line, clocks and a message to the consoles.

Calls that come in at the same time share a transaction (group commit): while one batch is being written the next
gathers, so the batch grows with the load and a lone call waits for nobody. A call is answered only after its commit.
All that can be wrong with a call is found before; if the database still refuses a batch, its calls are written one by
one. A call whose customer has an open ticket does not open another: it leaves the batch and chases that one
(``matters``).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.acting import permit, report_important
from dispatch.desk.ids import new_id, ticket_number
from dispatch.desk.places import teaching
from dispatch.desk.room import Desk, Once, actor
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal, Unavailable
from dispatch.kit.logs import logger
from dispatch.kit.metrics import INTAKE_BATCH
from dispatch.tickets import limits, store
from dispatch.tickets import matters as claims
from dispatch.tickets.matters import Claim
from dispatch.tickets.model import Ticket
from dispatch.tickets.rows import Call
from dispatch.tickets.store import Opening
from dispatch.tickets.words import CallOutcome, Channel, Level, Source, Stage

from . import matters
from .calls import CallIn, Taken, Waiting, check_times, first_event, keys
from .customers import Customer, Customers
from .picking import Picked, picked_of
from .placing import is_county

MOST = 256  # calls in a batch; measured: one writer with large batches beats two or three with smaller ones
BLOCK = 100  # ticket numbers taken at a time; the sequence's increment

SOURCES = {Channel.PHONE: Source.CTI, Channel.APP: Source.APP}

log = logger("intake")


class NotClosed(Refusal):
    """Only a closed ticket can have come back; an open one is chased."""


class Intake:
    """The desk where calls come in; one for each process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._customers = Customers(desk)
        self._queue: deque[Waiting] = deque()
        self._filled = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._in_hand: dict[tuple[str, str], tuple[Once, asyncio.Future[Taken]]] = {}
        self._numbers = iter(range(0))
        self._numbering = asyncio.Lock()
        self._looking: set[asyncio.Task[None]] = set()
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
        return replace(taken, replayed=True)

    def arrive_by(self, ticket: Ticket) -> datetime | None:
        """Return by when the customer may be told that a crew will be there; None: nobody is sent, or is there."""
        if ticket.stage not in limits.BEFORE_ARRIVAL or ticket.arrived_at is not None:
            return None
        return limits.arrival_due(ticket, self._desk.packs.get(ticket.pack))

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
                return await matters.first(connection, self._desk, kept)

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
        picked = None if call.place_code is None else await picked_of(self._desk, call.place_code)
        customer = await self._customer(call, picked, at)
        if customer.overrun:
            call = call.model_copy(update={"level": Level.URGENT})
        pack = self._desk.pack
        ticket_id, call_id = new_id(at), new_id(at)
        event = first_event(
            self._desk,
            call,
            home=customer.home,
            picked=picked,
            listed=customer.listed,
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
        claim = Claim(ticket_id, event.area, keys(call) if pack.merging else ())
        return Waiting(call, opening, store.opened(opening), claim, by, once, answer)

    async def _customer(self, call: CallIn, picked: Picked | None, at: datetime) -> Customer:
        """
        Look up how the account is protected, where it hangs unless a county or a place was picked, and whether planned
        work that should be over keeps it dark: that is urgent, whoever takes the call (domain 4.4.2).
        """
        if call.account_no is None:
            return Customer()
        known = await self._customers.of(call.account_no, at=at)
        county = call.county is not None and is_county(self._desk, call.county)
        named = county or (picked is not None and picked.doubt is None)
        return replace(known, home=None) if call.place is None and named else known

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
            elif self._closing and not self._looking:
                return
            else:
                self._filled.clear()

    async def _flush(self, batch: Sequence[Waiting]) -> None:
        answers: Sequence[Taken | Exception | None]
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
            if answer is None:
                self._look_at(waiting)
            else:
                _settle(waiting.answer, answer)

    async def _write(self, batch: Sequence[Waiting]) -> list[Taken | None]:
        """Write the calls whose matter is new; None: one that is not, or was taken before, is looked at by itself."""
        async with self._desk.db.transaction() as tx:
            repeats = await self._claim(tx, batch)
            free = [waiting for waiting in batch if waiting.claim.ticket_id in repeats]
            new = await idempotency.claim(tx, [(w.by.id, w.once, matters.kept(w)) for w in free if w.once])
            fresh = {w.claim.ticket_id: w for w in free if w.key is None or w.key in new}
            if len(fresh) < len(free):
                await claims.release(tx, [w.claim.ticket_id for w in free if w.claim.ticket_id not in fresh])
            changes = {ticket_id: matters.change_of(w, repeats[ticket_id]) for ticket_id, w in fresh.items()}
            opened: dict[str, Ticket] = {}
            if fresh:
                await store.write_openings(tx, list(changes.values()), [w.opening.call for w in fresh.values()])
                for ticket_id, change in changes.items():
                    at = change.after.stage_at
                    opened[ticket_id] = await report_important(tx, self._desk, change.after, at=at)
                    if change.after.place_code is not None:
                        said = fresh[ticket_id]
                        await teaching.learn(tx, self._desk, change.after, said.opening.event, by=said.by, at=at)
        return [matters.taken(w, opened[w.claim.ticket_id]) if w.claim.ticket_id in opened else None for w in batch]

    async def _claim(self, tx: Connection, batch: Sequence[Waiting]) -> dict[str, str | None]:
        rules = self._desk.pack.merging
        lately = rules.repeat_within.duration if rules else timedelta()
        return await claims.claim(tx, [w.claim for w in batch], since=batch[-1].opening.at - lately)

    def _look_at(self, waiting: Waiting) -> None:
        task = asyncio.create_task(self._know(waiting))
        self._looking.add(task)
        task.add_done_callback(self._looked_at)

    def _looked_at(self, task: "asyncio.Task[None]") -> None:
        self._looking.discard(task)
        self._filled.set()

    async def _know(self, waiting: Waiting) -> None:
        """Answer a call that another ticket's matter, or an earlier answer, stands in the way of."""
        try:
            known = await matters.known(self._desk, waiting)
        except Exception as error:
            _settle(waiting.answer, error)
            return
        if isinstance(known, Taken):
            _settle(waiting.answer, known)
        else:
            self._queue.append(known)


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

"""What a crew's reports are worth: held against all that is known beside them, and written down."""

from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.desk.acting import make
from dispatch.desk.room import Desk, Report
from dispatch.kit.db import Connection
from dispatch.tickets.events import Assessed
from dispatch.tickets.model import Ticket
from dispatch.tickets.trust import assess

from .gathering import gather


async def judge(tx: Connection, desk: Desk, ticket: Ticket, *, at: datetime) -> Ticket:
    """
    Hold the reports on a ticket against the evidence, and write down what came of it.

    Under a pack without the section ``field_reports`` nothing is judged.
    """
    pack = desk.packs.get(ticket.pack)
    if pack.field_reports is None:
        return ticket
    found = assess(await gather(tx, ticket, pack, pack.field_reports, at=at), pack.field_reports)
    event = Assessed(score=found.score, findings=found.findings, doubtful=found.doubtful)
    return await make(tx, desk, ticket, event, by=SYSTEM, report=Report(), at=at)

"""One judged ticket as a flat row: all that the indices of domain 8 need to know of it, and nothing else."""

from datetime import datetime
from typing import NamedTuple

from dispatch.kit.words import Labelled


class Ending(Labelled):
    """How a ticket ended."""

    CLOSED = "closed", "回访归档"
    CANCELLED = "cancelled", "取消"
    CONSULTED = "consulted", "咨询办结"


class Fault(Labelled):
    """What a ticket can be found guilty of (违约项); the names are those of the pack's section ``review``."""

    LATE_ACCEPT = "late_accept", "接单超时"
    LATE_DISPATCH = "late_dispatch", "派工超时"
    LATE_ARRIVE = "late_arrive", "到达现场超时"
    LATE_ETR = "late_etr", "预计复电上报超时"
    LATE_PROGRESS = "late_progress", "进展汇报超时"
    LATE_RESTORE = "late_restore", "修复超时"
    LATE_REPLY = "late_reply", "回单超时"
    LATE_CALLBACK = "late_callback", "回访超时"
    LATE_ANSWER = "late_answer", "督办答复超时"
    LATE_ENTRY = "late_entry", "补录超时"
    DOUBTFUL = "doubtful", "汇报存疑"
    DISSATISFIED = "dissatisfied", "客户不满意"
    THIRD_CONTACT = "third_contact", "三次致电"
    REPLY_REJECTED = "reply_rejected", "回单被退"
    WRONG_RETURN = "wrong_return", "不当退单"


class Judged(NamedTuple):
    """
    A ticket that ended, as its latest judgement leaves it. Instants: aware UTC.

    ``dark_from`` to ``dark_until`` is the outage of this customer, ``spread_until`` that of the other customers of the
    fault point that bears this ticket's id; all None if nobody was without power as far as the ticket says.
    """

    ticket_id: str
    judgement: int
    area: str  # county that answers for it
    ending: str  # Ending
    category: str  # Category
    area_class: str
    child: bool  # 副单 of another's fault point
    appointed: bool  # 约时
    incident: str
    nested_in: str | None  # incident that was restored while this customer stayed dark
    family: str  # outermost incident; all that may share customers have the same
    customer: str  # account number; the ticket's id where none is known
    feeder: str | None
    repeat_of: str | None
    crew: str | None  # the last that was sent
    lent: bool  # that crew is another county's
    reported_at: datetime
    submitted_at: datetime | None
    accepted_at: datetime | None
    arrived_at: datetime | None
    restored_at: datetime | None
    replied_at: datetime | None
    ended_at: datetime
    dark_from: datetime | None
    dark_until: datetime | None
    spread_until: datetime | None
    customers_out: int | None  # of the fault point
    returned_n: int
    wrong_district: bool  # returned because it was sent to the wrong unit
    app_accepted: bool  # a crew took it on its APP
    reply_rejected_n: int
    trust: float | None  # of the field reports, 0 to 1; None: not assessed
    false_reply: bool  # reports in doubt, and the auditor sent the reply back
    satisfied: bool | None  # None: nobody answered
    chases_n: int
    supervisions_n: int
    contacts_n: int
    score: int | None  # 0 to 100; None: the ticket's pack gives no points
    faults: tuple[str, ...]  # Fault, each once
    excused: tuple[str, ...]  # those of them that do not count

    def has(self, fault: Fault) -> bool:
        """Tell whether the ticket has this fault, excused or not."""
        return fault in self.faults

    def blamed(self, fault: Fault) -> bool:
        """Tell whether the ticket has this fault and no excuse for it."""
        return fault in self.faults and fault not in self.excused

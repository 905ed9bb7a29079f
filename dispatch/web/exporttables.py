"""
The tables that can be taken along as workbooks (导出): whose list each is, and who may.

An export asks the list's own route page by page, so it shows nothing that the list does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from dispatch.accounts.model import Account
from dispatch.reports.copies import Column
from dispatch.tickets.model import Ticket
from dispatch.tickets.review import Review

from . import (
    accounts,
    areas,
    callbacks,
    capacity,
    crews,
    declaring,
    field,
    ledger,
    lending,
    messages,
    modes,
    outages,
    packlines,
    places,
    replies,
    reviews,
    roads,
    services,
    storms,
    supervision,
    tasks,
    templates,
    tickets,
    weather,
    worklists,
)
from .exportcolumns import columns_of
from .exportheadings import HEADINGS
from .exportrows import VisitFigureRow, visit_figures
from .listshapes import NoticeShown
from .visits import FiguresQuery


class Nothing(BaseModel):
    """A list that is asked for without conditions."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Table:
    """
    One table.

    :param name: in the address
    :param action: the right, which is the list's
    :param ask: the list's route
    :param query: what the list is asked by
    :param rows: under which name the list's answer holds its rows
    """

    name: str
    title: str
    action: str
    ask: Callable[..., Any]
    query: type[BaseModel]
    rows: str
    columns: tuple[Column, ...]


def _table(
    named: tuple[str, str, str], ask: Callable[..., Any], query: type[BaseModel], rows: tuple[str, type[BaseModel]]
) -> Table:
    name, title, action = named
    return Table(name, title, action, ask, query, rows[0], columns_of(rows[1], HEADINGS[name]))


TABLES = (
    _table(
        ("tickets", "工单", "ticket.read"),
        tickets.list_tickets,
        tickets.TicketQuery,
        ("tickets", Ticket),
    ),
    _table(
        ("supervisions", "督办单", "supervision.read"),
        supervision.list_supervisions,
        supervision.SupervisionQuery,
        ("supervisions", supervision.SupervisionShown),
    ),
    _table(
        ("warnings", "预警", "warning.read"),
        supervision.list_warnings,
        supervision.WarningQuery,
        ("warnings", supervision.WarningShown),
    ),
    _table(
        ("field-reports", "现场汇报", "field.read"),
        field.list_field_reports,
        field.FieldReportQuery,
        ("reports", field.FieldReportShown),
    ),
    _table(
        ("reply-audits", "回单审核", "reply.audits"),
        replies.list_reply_audits,
        replies.ReplyAuditQuery,
        ("audits", replies.ReplyAudit),
    ),
    _table(
        ("reviews", "评价", "index.read"),
        reviews.list_reviews,
        reviews.ReviewQuery,
        ("reviews", Review),
    ),
    _table(
        ("callbacks", "回访", "callback.read"),
        callbacks.list_callbacks,
        callbacks.VisitQuery,
        ("visits", callbacks.VisitShown),
    ),
    _table(
        ("ledger-lines", "跨界台账", "ledger.read"),
        ledger.list_ledger_lines,
        ledger.LinesQuery,
        ("lines", ledger.LineShown),
    ),
    _table(
        ("bookings", "预约", "booking.read"),
        capacity.list_bookings,
        capacity.BookingQuery,
        ("bookings", capacity.BookingShown),
    ),
    _table(
        ("grid-tasks", "网格任务", "task.read"),
        tasks.list_tasks,
        tasks.TaskQuery,
        ("tasks", tasks.TaskShown),
    ),
    _table(
        ("services", "服务工单", "service.read"),
        services.list_services,
        services.ServiceQuery,
        ("requests", services.ServiceShown),
    ),
    _table(
        ("outages", "停电信息", "outage.read"),
        outages.list_outages,
        outages.OutageQuery,
        ("outages", outages.OutageShown),
    ),
    _table(
        ("crews", "队伍", "crew.read"),
        crews.list_crews,
        crews.CrewQuery,
        ("crews", crews.CrewShown),
    ),
    _table(
        ("accounts", "账号", "account.manage"),
        accounts.list_accounts,
        accounts.AccountQuery,
        ("accounts", Account),
    ),
    _table(
        ("message-templates", "消息模板", "template.read"),
        templates.list_templates,
        Nothing,
        ("templates", templates.TemplateShown),
    ),
    _table(
        ("messages", "外呼消息", "message.read"),
        messages.list_messages,
        messages.MessageQuery,
        ("messages", messages.MessageShown),
    ),
    _table(
        ("closures", "道路封闭", "road.read"),
        roads.list_closures,
        roads.ClosureQuery,
        ("closures", roads.ClosureShown),
    ),
    _table(
        ("undeclared", "申报进度", "capacity.read"),
        declaring.list_undeclared,
        declaring.StandingQuery,
        ("depots", declaring.StandingShown),
    ),
    _table(
        ("areas", "区域", "area.read"),
        areas.list_areas,
        areas.AreaQuery,
        ("areas", areas.AreaShown),
    ),
    _table(
        ("place-names", "学到的地名", "place.names"),
        places.list_names,
        places.NamesQuery,
        ("names", places.NameShown),
    ),
    _table(
        ("place-arrivals", "学到的坐标", "place.names"),
        places.list_arrivals,
        places.ArrivalsQuery,
        ("arrivals", places.ArrivalShown),
    ),
    _table(
        ("pack-lines", "规则包", "pack.read"),
        packlines.list_pack_lines,
        packlines.PackLinesQuery,
        ("lines", packlines.PackLineShown),
    ),
    _table(
        ("contact-gaps", "告知缺口", "supervision.contacts"),
        supervision.list_contact_gaps,
        supervision.GapQuery,
        ("areas", supervision.GapShown),
    ),
    _table(
        ("modes", "派工模式", "mode.read"),
        modes.list_modes,
        modes.ModeQuery,
        ("modes", modes.ModeShown),
    ),
    _table(
        ("weather-orders", "恶劣天气令", "weather.read"),
        weather.list_orders,
        weather.OrderQuery,
        ("orders", weather.OrderShown),
    ),
    _table(
        ("storm-reports", "抗灾快报", "storm.read"),
        storms.list_reports,
        storms.StormReportQuery,
        ("reports", storms.StormReportShown),
    ),
    _table(
        ("disaster-reports", "灾害报告", "disaster.read"),
        weather.list_reports,
        weather.ReportQuery,
        ("reports", weather.ReportShown),
    ),
    _table(
        ("lending", "借调", "lending.read"),
        lending.list_lending,
        lending.GrantQuery,
        ("grants", lending.GrantShown),
    ),
    _table(
        ("reserves", "保底队伍", "lending.read"),
        lending.list_reserves,
        lending.ReserveQuery,
        ("reserves", lending.ReserveShown),
    ),
    _table(
        ("worklist-notices", "清单变更", "worklist.read"),
        worklists.list_notices,
        worklists.NoticeQuery,
        ("notices", NoticeShown),
    ),
    _table(
        ("visit-indices", "预约指标", "capacity.indices"),
        visit_figures,
        FiguresQuery,
        ("figures", VisitFigureRow),
    ),
    _table(
        ("indices", "抢修指标", "index.read"),
        reviews.read_indices,
        reviews.PeriodQuery,
        ("figures", reviews.FigureShown),
    ),
    _table(
        ("ledger", "台账汇总", "ledger.read"),
        ledger.read_ledger,
        ledger.LedgerQuery,
        ("balances", ledger.BalanceShown),
    ),
    _table(
        ("ledger-pairs", "借调往来", "ledger.read"),
        ledger.read_ledger,
        ledger.LedgerQuery,
        ("pairs", ledger.LentToShown),
    ),
)

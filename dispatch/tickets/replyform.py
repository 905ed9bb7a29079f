"""
What is wrong with a reply while it is filled (回单自检): the checks of [V11], the auditor's reasons of [V20]. Pure.

What contradicts a fact, or says nothing at all, is severe and refuses the reply. What only the wording suggests never
refuses: a list of words can err, an auditor reads it. Domain 2.13.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.looprules import ReplyRules
from dispatch.kit.words import Labelled

from .events import Replied
from .model import Ticket
from .trust import plain
from .words import Category, Cause, Ownership, Result


class Severity(Labelled):
    """What a defect does: severe ones refuse the reply, the others are read by the auditor. Grades of [V20]."""

    HIGH = "high", "严重"
    MEDIUM = "medium", "一般"
    LOW = "low", "轻微"


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong with a reply: which field, what, and what would be right."""

    severity: Severity
    field: str
    message: str
    remedy: str


HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW


def check(ticket: Ticket, reply: Replied, rules: ReplyRules, *, photos_n: int) -> tuple[Defect, ...]:
    """
    Return what is wrong with a reply, the severe first.

    :param photos_n: pictures that the crew sent from the site
    """
    record = f"{reply.handling}\n{ticket.field_record or ''}"
    found = [
        *_classification(reply, rules),
        *_ownership(ticket, reply, photos_n),
        *_times(ticket),
        *_record(ticket, reply, record, rules),
        *_wording(ticket, reply, record, rules),
    ]
    return tuple(sorted(found, key=lambda defect: list(Severity).index(defect.severity)))


def fits(category: Category, cause: Cause, rules: ReplyRules) -> bool | None:
    """Tell whether a cause can be true of a category; None: the cause is not known yet."""
    if cause is Cause.UNKNOWN:
        return None
    return cause.value in getattr(rules.causes, category.value).value


def _classification(reply: Replied, rules: ReplyRules) -> Iterator[Defect]:
    if fits(reply.category, reply.cause_l1, rules) is False:
        possible = "、".join(Cause(name).label for name in getattr(rules.causes, reply.category.value).value)
        yield Defect(
            HIGH,
            "cause_l1",
            f"原因“{reply.cause_l1.label}”与分类“{reply.category.label}”矛盾",
            f"请改正原因或分类;{reply.category.label}的原因可为:{possible}",
        )
    if reply.cause_l1 is Cause.UNKNOWN:
        yield Defect(MEDIUM, "cause_l1", "故障原因未查明", "请向抢修队核实后填写原因")


def _ownership(ticket: Ticket, reply: Replied, photos_n: int) -> Iterator[Defect]:
    """What the crew photographed speaks for what it said; who says otherwise brings evidence of his own."""
    owner, proofs_n = reply.ownership, photos_n + len(reply.evidence)
    if (ticket.result is Result.CUSTOMER_SIDE or reply.category is Category.CUST) and owner is Ownership.GRID:
        why = ticket.result.label if ticket.result is Result.CUSTOMER_SIDE else reply.category.label
        yield Defect(HIGH, "ownership", f"“{why}”与产权“{owner.label}”矛盾", "请改正产权、分类,或更正现场处理结果")
    if owner is not Ownership.GRID and not proofs_n:
        yield Defect(
            HIGH, "evidence", f"产权填“{owner.label}”,没有现场证据", "请上传产权分界点照片,或填写供用电合同编号"
        )
    on_site = ticket.site_ownership
    if on_site is not None and on_site is not owner:
        if not reply.evidence and (proofs_n or owner is Ownership.GRID):
            yield Defect(
                HIGH,
                "evidence",
                f"产权填“{owner.label}”,与现场确认的“{on_site.label}”不一致,没有新的证据",
                "请附产权分界点照片编号或供用电合同编号(evidence),或按现场确认填写",
            )
        yield Defect(
            MEDIUM,
            "ownership",
            f"产权“{owner.label}”与现场确认的“{on_site.label}”不一致",
            "请与抢修队核实;确需更改的,在处理情况中说明依据",
        )


STEPS: tuple[tuple[str, str], ...] = (
    ("dispatched_at", "派工"),
    ("arrived_at", "到达现场"),
    ("located_at", "故障点确认"),
    ("repairing_at", "开始抢修"),
    ("restored_at", "复电"),
)


def _times(ticket: Ticket) -> Iterator[Defect]:
    """The times stand in their order (到达排除验证 [V11]) and none is missing ([V20])."""
    last: tuple[datetime, str] | None = None
    for name, label in STEPS:
        at: datetime | None = getattr(ticket, name)
        if at is None:
            if _due(ticket, name):
                yield Defect(MEDIUM, name, f"缺少{label}时间", "请抢修队补报该环节,或由审核员核实")
        elif name == "arrived_at" and ticket.merged_into is not None:
            continue
        elif last is not None and at < last[0] and ticket.reopened_n == 0:
            yield Defect(HIGH, name, f"{label}时间早于{last[1]}时间", "请先更正环节时间再回单")
        else:
            last = at, label


def _due(ticket: Ticket, name: str) -> bool:
    """Tell whether a ticket of its kind must have that time."""
    if name == "restored_at":
        return True
    if ticket.waiver is not None or not ticket.dispatches:  # nobody had to go, or it was restored with its parent
        return False
    return ticket.result is Result.RESTORED or name in ("dispatched_at", "arrived_at")


def _record(ticket: Ticket, reply: Replied, record: str, rules: ReplyRules) -> Iterator[Defect]:
    """The words of the five levels stand in the record (分类抢修验证 [V11])."""
    for name in ("cat_l2", "cat_l3", "cause_l2"):
        word: str | None = getattr(reply, name)
        if word and not word.isascii() and word not in record:
            yield Defect(MEDIUM, name, f"抢修记录没有体现所选分类“{word}”", "请在处理情况中写明,或改正分类")
    words = rules.record_words.get(reply.category.value)
    if words and not _any(words.value, record) and reply.category.label[:2] not in record:
        yield Defect(
            LOW,
            "handling",
            f"处理情况看不出属于{reply.category.label}",
            f"请写明部位,例如:{'、'.join(words.value[:5])}",
        )
    answer = rules.answers.get(ticket.symptom.value)
    if answer and not _any(answer.value, record):
        yield Defect(
            MEDIUM, "handling", f"未回应客户反映的“{ticket.symptom.label}”", "请写明针对客户诉求做了什么、结果如何"
        )


def _wording(ticket: Ticket, reply: Replied, record: str, rules: ReplyRules) -> Iterator[Defect]:
    facts_n = len(facts(reply.handling, rules))
    if not len(facts(record, rules)):
        yield Defect(HIGH, "handling", "只写了已处理,没有任何事实", "请写明故障部位、原因和采取的措施")
    elif facts_n < rules.facts_least.value:
        yield Defect(MEDIUM, "handling", "原因或措施写得含糊", "请写明故障部位、原因和采取的措施")
    elif _came_back(ticket) and facts_n < rules.repeat_facts.value:
        yield Defect(MEDIUM, "handling", "客户反复报修,答复过于简单", "请说明反复停电的原因和整改措施")
    if _any(rules.unreached.value, reply.handling) and _any(rules.reached.value, reply.handling):
        yield Defect(MEDIUM, "handling", "联系客户的说法前后矛盾", "请写明何时、以何方式联系到客户")
    for word in rules.informal.value:
        if word in reply.handling:
            yield Defect(LOW, "handling", f"用语不规范:“{word}”", "请改用书面语")


def _came_back(ticket: Ticket) -> bool:
    return ticket.repeat_of is not None or ticket.reopened_n > 0


def facts(text: str, rules: ReplyRules) -> str:
    """Return what is left of a text without the phrases that say nothing."""
    for phrase in sorted(rules.vague.value, key=len, reverse=True):
        text = text.replace(phrase, "")
    left = plain(text)
    return left if any("\u4e00" <= sign <= "\u9fff" for sign in left) else ""  # keys struck at random say nothing


def _any(words: Sequence[str], text: str) -> bool:
    return any(word in text for word in words)

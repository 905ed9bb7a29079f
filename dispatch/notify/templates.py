"""
The texts that go out, by occasion: read from ``occasions.zh-CN.yaml`` and checked when the program starts.

A text has at most ``LONGEST`` characters even when each of its fields is as long as it may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled

FILE = Path(__file__).with_name("occasions.zh-CN.yaml")
LONGEST = 210  # characters: three parts of a long text message


class Occasion(Labelled):
    """Why somebody is written to or rung up."""

    ACCEPTED = "accepted", "报修已受理"
    DISPATCHED = "dispatched", "已派工通知"
    ETR = "etr", "预计复电通知"
    ETR_CHANGED = "etr_changed", "预计复电变更"
    RESTORED = "restored", "复电通知"
    SURVEY = "survey", "满意度调查"
    CHASED = "chased", "催办回执"
    CHASE_ANSWERED = "chase_answered", "催办答复"
    DELAY_EXPLAINED = "delay_explained", "延误说明"
    APPOINTMENT_MISSED = "appointment_missed", "约时未到致歉"
    REOPENED = "reopened", "重新处理通知"
    VISIT_REOFFERED = "visit_reoffered", "预约改约通知"
    VISIT_PUT_OFF = "visit_put_off", "预约延后通知"
    VISIT_MOVED = "visit_moved", "预约自动改期通知"
    VISIT_CONFIRMED = "visit_confirmed", "改约成功通知"
    CREW_JOB = "crew_job", "抢修任务通知"
    CREW_RELIEVED = "crew_relieved", "抢修任务解除"
    CREW_ANSWER = "crew_answer", "短信汇报答复"
    CHASE = "chase", "催办通知"
    WARNING = "warning", "时限预警通知"
    SUPERVISION = "supervision", "督办通知"
    ESCALATION = "escalation", "升级通知"
    HELPED = "helped", "帮扶报告"
    DIGEST = "digest", "预警汇总"
    STORM_REPORT = "storm_report", "抗灾抢修快报"
    DECLARATION_DUE = "declaration_due", "承载力申报提醒"


class Medium(Labelled):
    """How a message reaches a telephone."""

    SMS = "sms", "短信"
    VOICE = "voice", "语音外呼"


class Question(Labelled):
    """What a message asks; the answer is a text from the same number."""

    SURVEY = "survey", "是否满意"
    POWER_BACK = "power_back", "是否来电"
    NEW_PLACE = "new_place", "是否同意改约"


class BadTemplate(Invalid):
    """The file of texts cannot be used; the message names the occasion."""


class WrongField(Invalid):
    """A text was to be filled with other fields than its own."""


class Template(BaseModel):
    """One text as the file has it. ``optional``: fields that a text in its place may leave out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    fields: Mapping[str, Annotated[int, Field(ge=1, le=LONGEST)]]
    optional: frozenset[str] = frozenset()
    urgent: bool = False
    expects: Question | None = None
    channel: Medium = Medium.SMS
    replaces: tuple[Occasion, ...] = ()

    def fault(self) -> str | None:
        """Say what is wrong between the text and its fields."""
        parts = [part for part in Formatter().parse(self.text) if part[1] is not None]
        named = [name for _, name, _, _ in parts]
        if set(named) != set(self.fields) or any(spec or turn for _, _, spec, turn in parts):
            return f"text 中的占位符 {sorted(map(str, named))} 与 fields {sorted(self.fields)} 不一致"
        if not self.optional <= self.fields.keys() or (self.optional and self.expects):
            return f"optional {sorted(self.optional)} 应为 fields 的一部分,提问的短信没有 optional"
        longest = len(self.text.format_map({name: "字" * most for name, most in self.fields.items()}))
        return f"最长可达 {longest} 字,超过 {LONGEST} 字" if longest > LONGEST else None


@dataclass(frozen=True, slots=True)
class Text:
    """
    A text that is ready to go.

    :param body: the standard text, filled in; what is said in its place is filled in with ``said`` when it is written
    :param said: the values as they are written, each no longer than it may be
    :param replaces: texts to the same number about the same ticket that need not go now
    """

    occasion: Occasion
    body: str
    said: Mapping[str, str]
    channel: Medium
    urgent: bool
    expects: Question | None
    replaces: tuple[Occasion, ...]


def read(text: str) -> Mapping[Occasion, Template]:
    """
    Read a file of texts: one for each occasion, no more and no less.

    :raises BadTemplate: naming the occasion and what is wrong
    """
    try:
        body = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadTemplate(f"短信模板不是正确的 YAML:{error}") from error
    known = {occasion.value for occasion in Occasion}
    given = set(body) if isinstance(body, dict) else set()
    if given != known:
        raise BadTemplate(f"短信模板缺少 {sorted(known - given)},多出 {sorted(map(str, given - known))}")
    return {occasion: _template(occasion, body[occasion.value]) for occasion in Occasion}


def _template(occasion: Occasion, said: object) -> Template:
    try:
        template = Template.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadTemplate(f"短信模板 {occasion.value} 的 {where} 不合要求:{first['msg']}", field=where) from error
    if (fault := template.fault()) is not None:
        raise BadTemplate(f"短信模板 {occasion.value}:{fault}", field=occasion.value)
    return template


TEMPLATES = read(FILE.read_text("utf-8"))  # a file that cannot be used stops the program before it serves anybody


def compose(occasion: Occasion, fields: Mapping[str, object]) -> Text:
    """
    Fill an occasion's text; instants are written in China's time, what is too long is cut with an ellipsis.

    :raises WrongField: if a field is missing or there is one too many
    """
    template = TEMPLATES[occasion]
    if fields.keys() != template.fields.keys():
        wrong = sorted(fields.keys() ^ template.fields.keys())
        raise WrongField(f"“{occasion.label}”的短信字段应为 {sorted(template.fields)},不符:{wrong}", field=wrong[0])
    said = {name: cut(written(fields[name]), most) for name, most in template.fields.items()}
    body = template.text.format_map(said)
    return Text(occasion, body, said, template.channel, template.urgent, template.expects, template.replaces)


def written(value: object) -> str:
    """Return a value as people read it: ``7月1日9:05``. Line breaks and the like become spaces."""
    if isinstance(value, datetime):
        local = value.astimezone(CHINA)
        return f"{local.month}月{local.day}日{local.hour}:{local.minute:02d}"
    text = str(value)
    plain = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())


def cut(text: str, most: int) -> str:
    """Return a text with at most so many characters, an ellipsis for what is left out."""
    return text if len(text) <= most else text[: most - 1] + "…"

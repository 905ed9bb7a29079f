"""The texts of messages: what each occasion says, in the standard words or the utility's own."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.messages import wording
from dispatch.desk.room import Once
from dispatch.notify.templates import Medium, Occasion, Question
from dispatch.tickets.facts import Words

from .bodies import In
from .deps import BodyOf, CallerOf, DeskOf, Now, shown
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["messages 短信与语音"])

MOST = 1000  # characters that are looked at; a text may have far less
LAST = 2**31 - 2
OccasionName = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$", description="事由,例如 accepted")]
Reader = Annotated[Account, CallerOf("template.read")]
Manager = Annotated[Account, CallerOf("template.manage")]


class TemplateText(In):
    """A text in the utility's own words."""

    text: str = Field(max_length=MOST, description="全文,字段写作 {ticket_no}")


class TemplateChange(TemplateText):
    """A text, why, and upon which revision it was written."""

    reason: Words = Field(description="修改理由,如文号")
    revision: int = Field(ge=0, le=LAST, description="所见的 revision;已被别人改过则 409")


class TemplateField(BaseModel):
    """What a text may say of the case that it is about."""

    name: str
    label: str
    most: int = Field(description="最多字数,超出截断")
    required: bool = Field(description="不能省去")
    example: str


class TemplateChecked(BaseModel):
    """What a text would be like."""

    longest: int = Field(description="各字段都填满时的字数")
    most: int = Field(description="允许的字数")
    example: str = Field(description="填入示例后的样子")
    faults: Sequence[str] = Field(description="不能使用的原因与改法;没有则可用")


class TemplateShown(BaseModel):
    """One occasion: its standard text, and what is said in its place."""

    occasion: Occasion
    label: str
    medium: Medium
    urgent: bool = Field(description="免打扰时段也发送")
    expects: Question | None = Field(description="所问的问题")
    standard: str = Field(description="标准文本")
    own: str | None = Field(description="本单位的文本;没有时发标准文本")
    fields: Sequence[TemplateField]
    checked: TemplateChecked = Field(description="现用文本;faults 不为空时改发标准文本")
    revision: int = Field(description="每改一次加 1;从未改过为 0")
    reason: str | None
    changed_by: str | None
    changed_at: datetime | None


class TemplateList(BaseModel):
    """The texts of all occasions."""

    templates: Sequence[TemplateShown]


@router.get("/message-templates", operation_id="list_templates", summary="消息模板列表", response_model=TemplateList)
async def list_templates(caller: Reader, desk: DeskOf) -> Response:
    """List what each occasion says, in the standard words and the utility's own."""
    found = await wording.wordings(desk, by=caller)
    return shown(TemplateList(templates=[TemplateShown(**asdict(one)) for one in found]))


@router.post(
    "/message-templates/{occasion}/check",
    operation_id="check_template",
    summary="校验消息模板",
    response_model=TemplateChecked,
)
async def check_template(
    caller: Manager, occasion: OccasionName, body: Annotated[TemplateText, BodyOf(TemplateText)]
) -> Response:
    """Say how long a text could become, what it would look like, and what is wrong with it; nothing is kept."""
    return shown(TemplateChecked(**asdict(wording.check(occasion, body.text, by=caller))))


@router.put(
    "/message-templates/{occasion}",
    operation_id="change_template",
    summary="修改消息模板",
    response_model=TemplateShown,
)
async def change_template(
    caller: Manager,
    occasion: OccasionName,
    body: Annotated[TemplateChange, BodyOf(TemplateChange)],
    once: Annotated[Once | None, OnceOf()],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Say it in these words from the next message on; those that were written before stay as they are.

    422 `BadWording` names what is wrong and the remedy; 409 `StaleWording` if somebody changed it meanwhile.
    """
    made = await wording.change(desk, occasion, **body.model_dump(), by=caller, at=now, once=once)
    return shown(TemplateShown(**asdict(made)), headers=REPLAYED if once is not None and once.replayed else None)


@router.delete(
    "/message-templates/{occasion}",
    operation_id="reset_template",
    summary="恢复标准文本",
    response_model=TemplateShown,
)
async def reset_template(
    caller: Manager,
    occasion: OccasionName,
    desk: DeskOf,
    now: Now,
    revision: Annotated[int, Query(ge=0, le=LAST, description="所见的 revision;已被别人改过则 409")],
) -> Response:
    """Put the standard text back; where it is in force already, nothing is changed."""
    return shown(TemplateShown(**asdict(await wording.reset(desk, occasion, revision=revision, by=caller, at=now))))

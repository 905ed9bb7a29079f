"""The rule packs that are known: every limit with its unit and its source."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.kit.rulepack import RulePack

from .deps import CallerOf, DeskOf, shown

router = APIRouter(tags=["packs 规则包"])

Reader = Annotated[Account, CallerOf("pack.read")]
Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,30}@\d{4}\.\d{1,3}$", description="规则包键,例如 sgcc@2026.1")]


class PackName(BaseModel):
    """One version of a pack."""

    key: str = Field(description="规则包键,工单终身按受理时的版本计时")
    name: str
    digest: str = Field(description="内容的 sha-256")
    current: bool = Field(description="新工单是否按它受理")


class PackList(BaseModel):
    """All packs that are known."""

    packs: list[PackName]


@router.get("/packs", operation_id="list_packs", summary="规则包列表", response_model=PackList)
async def list_packs(desk: DeskOf, caller: Reader) -> Response:
    """List every pack and version, and say which one new tickets are opened under."""
    current = desk.packs.latest(desk.pack_id).key
    packs = [
        PackName(key=pack.key, name=pack.name, digest=pack.digest, current=pack.key == current)
        for _, pack in sorted(desk.packs.by_key.items())
    ]
    return shown(PackList(packs=packs))


@router.get("/packs/{key}", operation_id="read_pack", summary="规则包全文", response_model=RulePack)
async def read_pack(key: Key, desk: DeskOf, caller: Reader) -> Response:
    """Return one pack whole."""
    return shown(desk.packs.get(key))

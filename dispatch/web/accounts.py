"""Administration of accounts and machine tokens, within the administrator's area."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from dispatch.accounts.model import Account, AccountChange, NewAccount, Role
from dispatch.accounts.store import PAGE, Once, Sought
from dispatch.accounts.tokens import NewToken, Token
from dispatch.desk import room as desk

from .auth import doorkeeper_of, wall_now
from .bodies import BodyOf
from .deps import CallerOf
from .idempotency import REPLAYED, OnceOf

router = APIRouter(tags=["accounts 账号"])

AccountId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="账号编号")]
TokenId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="令牌编号")]
Repeatable = Annotated[desk.Once, OnceOf(required=True)]
Manager = Annotated[Account, CallerOf("account.manage")]
TokenMaker = Annotated[Account, CallerOf("token.make")]


class AccountQuery(BaseModel):
    """Which accounts are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区"
    )
    role: Role | None = Field(default=None, description="角色;缺省全部")
    q: str | None = Field(default=None, max_length=64, description="登录名或姓名中含此字样;空格分开的各词都要有")
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.@-]{1,64}$", description="从这个登录名之后开始")
    limit: int = Field(default=50, ge=1, le=PAGE, description="条数")


class AccountPage(BaseModel):
    """Accounts in the order of their logins."""

    accounts: Sequence[Account]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class TokenShown(BaseModel):
    """A machine's token, without its secret."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime | None


class TokenMade(TokenShown):
    """A machine's token with its secret, which is never shown again."""

    token: str = Field(repr=False, description="令牌,只在此处显示一次")


class Tokens(BaseModel):
    """An account's tokens, the oldest first."""

    tokens: Sequence[TokenShown]


@router.get("/accounts", operation_id="list_accounts", summary="账号列表")
async def list_accounts(
    request: Request,
    caller: Manager,
    query: Annotated[AccountQuery, Query()],
) -> AccountPage:
    """List the accounts of the administrator's area, page by page."""
    sought = Sought(said=(query.q or "").split(), role=query.role, area=query.area)
    found = await doorkeeper_of(request).page(by=caller, sought=sought, after=query.after, limit=query.limit)
    return AccountPage(accounts=found, next=found[-1].login if len(found) == query.limit else None)


@router.post("/accounts", operation_id="create_account", summary="新建账号", status_code=201)
async def create_account(
    request: Request,
    response: Response,
    caller: Manager,
    repeatable: Repeatable,
    body: Annotated[NewAccount, BodyOf(NewAccount)],
) -> Account:
    """Make an account in the administrator's area."""
    once = _once(repeatable, "accounts", body.model_dump_json(exclude={"password"}))
    made = await doorkeeper_of(request).create(body, by=caller, at=wall_now(), once=once)
    response.headers.update(REPLAYED if once.replayed else {})
    return made


@router.patch("/accounts/{account_id}", operation_id="change_account", summary="修改账号")
async def change_account(
    request: Request, account_id: AccountId, caller: Manager, body: Annotated[AccountChange, BodyOf(AccountChange)]
) -> Account:
    """Change name, role, area, crew, password, or stop the account; stopping ends its sessions and tokens at once."""
    return await doorkeeper_of(request).change(account_id, body, by=caller, at=wall_now())


@router.get("/accounts/{account_id}/tokens", operation_id="list_tokens", summary="令牌列表")
async def list_tokens(request: Request, account_id: AccountId, caller: TokenMaker) -> Tokens:
    """List an account's machine tokens; the secrets are not kept and cannot be shown."""
    found = await doorkeeper_of(request).tokens_of(account_id, by=caller)
    return Tokens(tokens=[TokenShown(**_about(token)) for token in found])


@router.post("/accounts/{account_id}/tokens", operation_id="make_token", summary="发放令牌", status_code=201)
async def make_token(
    request: Request,
    response: Response,
    account_id: AccountId,
    caller: TokenMaker,
    repeatable: Repeatable,
    body: Annotated[NewToken, BodyOf(NewToken)],
) -> TokenMade:
    """Make a bearer token for a machine; it is shown in this answer and never again."""
    once = _once(repeatable, f"accounts/{account_id}/tokens", body.model_dump_json())
    made = await doorkeeper_of(request).make_token(account_id, body, by=caller, at=wall_now(), once=once)
    response.headers["Cache-Control"] = "no-store"
    return TokenMade(**_about(made.about), token=made.secret)


@router.delete(
    "/accounts/{account_id}/tokens/{token_id}", operation_id="revoke_token", summary="吊销令牌", status_code=204
)
async def revoke_token(request: Request, account_id: AccountId, token_id: TokenId, caller: TokenMaker) -> None:
    """Make a token worthless."""
    await doorkeeper_of(request).revoke_token(account_id, token_id, by=caller, at=wall_now())


def _about(token: Token) -> dict[str, object]:
    return {"id": token.id, "label": token.label, "created_at": token.created_at, "expires_at": token.expires_at}


def _once(given: desk.Once, what: str, request: str) -> Once:
    """Return the key with a digest that leaves the password out: a fast digest that is kept would give it away."""
    return Once(key=given.key, request_hash=sha256(f"{what}\n{request}".encode()).digest())

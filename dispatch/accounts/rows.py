"""
The tables of administration as SQLModel sees them.

A ``table=True`` class does not validate: rows are built only from values that were checked in their plain shape
(``model``). A string enumeration needs ``sa_type=String``, or SQLAlchemy would want a PostgreSQL enum type.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from .model import Account, Role


class AreaRow(SQLModel, table=True):
    """Only what accounts need to know of an area; the places room owns the table."""

    __tablename__ = "area"

    code: str = Field(primary_key=True)
    level: str
    parent: str | None = None


class CrewRow(SQLModel, table=True):
    """Only what accounts need to know of a crew; the routing room owns the table."""

    __tablename__ = "crew"

    id: str = Field(primary_key=True)
    depot: str
    area: str


class AccountRow(SQLModel, table=True):
    """An account with its secrets; it never leaves this room."""

    __tablename__ = "account"

    id: str = Field(primary_key=True)
    login: str
    name: str
    role: Role = Field(sa_type=String)
    area: str
    crew_id: str | None = None
    password_hash: str | None = Field(default=None, repr=False)
    active: bool = True
    failed_logins: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))

    def account(self) -> Account:
        """Return the value that the rest of the system sees."""
        return Account(
            id=self.id,
            login=self.login,
            name=self.name,
            role=Role(self.role),
            area=self.area,
            crew_id=self.crew_id,
            active=self.active,
        )


class SessionRow(SQLModel, table=True):
    """A log-in of a person; the token itself is not kept, only its sha256."""

    __tablename__ = "session"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True), repr=False)
    account_id: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))


class TokenRow(SQLModel, table=True):
    """A machine's bearer token; the token itself is not kept, only its sha256."""

    __tablename__ = "machine_token"

    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True), repr=False)
    account_id: str
    label: str
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class AuditRow(SQLModel, table=True):
    """Who changed what in administration."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_type=DateTime(timezone=True))
    account_id: str
    action: str
    subject: str
    area: str | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class IdempotencyRow(SQLModel, table=True):
    """The first answer to a creating request, so that a repeat gets the same one."""

    __tablename__ = "idempotency"

    account_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: bytes = Field(sa_type=LargeBinary)
    status: int
    response: str

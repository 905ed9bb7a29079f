"""Who works with the system: an account, its role and the area it answers for. Domain 1.2."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled


class Role(Labelled):
    """What a person or machine is at work. Names of domain 1.2."""

    SEAT_AGENT = "SEAT_AGENT", "座席"
    SEAT_SUPERVISOR = "SEAT_SUPERVISOR", "班长席"
    PROVINCE_MONITOR = "PROVINCE_MONITOR", "省监控"
    COUNTY_DISPATCHER = "COUNTY_DISPATCHER", "县指挥员"
    DEPOT_LEADER = "DEPOT_LEADER", "班所长"
    CREW = "CREW", "抢修人员"
    REPLY_AUDITOR = "REPLY_AUDITOR", "回单审核"
    ADMINISTRATOR = "ADMINISTRATOR", "管理员"
    GATEWAY = "GATEWAY", "消息网关"  # a machine: SMS and voice gateway
    METERING = "METERING", "用电信息采集"  # a machine: readings of meters, alarms of terminals
    AUTOMATION = "AUTOMATION", "配电网自动化"  # a machine: what breakers do
    MARKETING = "MARKETING", "营销业务系统"  # a machine: stops for arrears
    WALL = "WALL", "大屏"  # a screen on a wall: reads figures, by a token in its address
    TELEPHONY = "TELEPHONY", "话务平台"  # a machine: calls that ring at the seats, and that they are over
    SYSTEM = "SYSTEM", "系统"  # the worker itself; nobody can log in as it


# Levels of area (省 市 县 班所) where an account of a role makes sense; checked when an administrator makes one.
# The rule [P]: what a role does in domain 1.2 must be possible from there.
LEVELS = {"province": "省", "city": "地市", "county": "县(区)", "depot": "班所"}  # what areas are called, largest first
PLACED: dict[Role, frozenset[str]] = {
    Role.SEAT_AGENT: frozenset({"province"}),
    Role.SEAT_SUPERVISOR: frozenset({"province"}),
    Role.PROVINCE_MONITOR: frozenset({"province"}),
    Role.COUNTY_DISPATCHER: frozenset({"city", "county"}),
    Role.DEPOT_LEADER: frozenset({"county", "depot"}),
    Role.CREW: frozenset({"county", "depot"}),
    Role.REPLY_AUDITOR: frozenset({"province", "city", "county"}),
    Role.ADMINISTRATOR: frozenset({"province", "city", "county"}),
    Role.GATEWAY: frozenset({"province"}),
    Role.TELEPHONY: frozenset({"province"}),
    Role.METERING: frozenset({"province", "city", "county"}),
    Role.AUTOMATION: frozenset({"province", "city", "county"}),
    Role.MARKETING: frozenset({"province", "city", "county"}),
    Role.WALL: frozenset({"province", "city", "county"}),
}

Login = Annotated[str, StringConstraints(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]*$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class Frozen(BaseModel):
    """A value: no unknown fields, no change after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(Frozen):
    """A person or machine as the rules see it; no secret is in it, so it may be shown and logged by ``id``."""

    id: str
    login: str
    name: str
    role: Role
    area: str  # code of the province, city, county or depot it answers for, with all that lies below
    crew_id: str | None = None  # CREW only
    active: bool = True


SYSTEM = Account(id="system", login="system", name="系统", role=Role.SYSTEM, area="")


def _of_people(role: Role) -> Role:
    if role is Role.SYSTEM:
        raise ValueError("系统角色不能分配给账号,请另选角色")
    return role


StaffRole = Annotated[Role, AfterValidator(_of_people)]


class CrewMissing(Invalid):
    """A crew's account names its crew, and no other account does."""


def check_crew(role: Role, crew_id: str | None) -> None:
    """
    Refuse a crew without its id, and an id without a crew.

    :raises CrewMissing: saying which
    """
    if (role is Role.CREW) != (crew_id is not None):
        raise CrewMissing("抢修人员账号必须填写抢修队编号(crew_id),其他角色不能填写", field="crew_id")


class Given(Frozen):
    """What comes from outside: nothing is guessed from text."""

    model_config = ConfigDict(strict=True)


class NewAccount(Given):
    """What an administrator gives to make an account. Without a password only machine tokens can enter."""

    login: Login
    name: Name
    role: StaffRole
    area: Code
    crew_id: Code | None = None
    password: str | None = Field(default=None, max_length=128, repr=False)

    @model_validator(mode="after")
    def _crew_and_role_fit(self) -> Self:
        check_crew(self.role, self.crew_id)
        return self


class AccountChange(Given):
    """What an administrator may change of an account; a field that is not given stays."""

    name: Name | None = None
    role: StaffRole | None = None
    area: Code | None = None
    crew_id: Code | None = None
    active: bool | None = None
    password: str | None = Field(default=None, max_length=128, repr=False)

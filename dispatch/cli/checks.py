"""The single checks of ``dispatch doctor``; each looks at one thing and changes nothing."""

import json
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from dispatch.cli.database import embedded
from dispatch.cli.listening import listen
from dispatch.desk.supervision import onduty
from dispatch.kit import cluster, migrate
from dispatch.kit.errors import Refusal, Unavailable
from dispatch.kit.postgres import PortBusy
from dispatch.kit.settings import Settings
from dispatch.kit.words import Labelled
from dispatch.kit.workdays import BadHolidays, Calendar

LOWEST_PYTHON = (3, 11)
LITTLE_DISK_GB, NO_DISK_GB = 5.0, 1.0
NOTICED_SKEW_S, HARMFUL_SKEW_S = 1.0, 30.0
FILES_FOR_CONSOLES = 4096
MOST_NAMED = 5  # counties that a finding names


class Verdict(Labelled):
    """How a check ended."""

    OK = "ok", "正常"
    WARNING = "warning", "注意"
    FAULT = "fault", "故障"


@dataclass(frozen=True)
class Finding:
    """What one check saw, and what to do about it."""

    subject: str
    verdict: Verdict
    said: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"subject": self.subject, "verdict": self.verdict, "said": self.said, "remedy": self.remedy}


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a check that cannot be made says so and does not stop the others."""
    looks = (python, programs, port, disk, open_files, fonts, clock, gateway, holidays)
    here: list[Callable[[Settings], Finding]] = list(looks)
    return [*(check(settings) for check in here), *[finding async for finding in database(settings)]]


def python(_settings: Settings) -> Finding:
    said = platform.python_version()
    if sys.version_info[:2] >= LOWEST_PYTHON:
        return Finding("Python", Verdict.OK, said)
    return Finding("Python", Verdict.FAULT, said, "请安装 Python 3.11 或更新")


def programs(settings: Settings) -> Finding:
    """Are there PostgreSQL programs that the right account can run, and do they fit the data that are there?"""
    subject = "数据库程序"
    if settings.database_url is not None:
        return Finding(subject, Verdict.OK, "使用 DATABASE_URL 指定的数据库,不需要内置程序")
    data = embedded(settings).data
    try:
        account = cluster.account_for(data)
        binaries = cluster.binaries_for(account, settings.postgres_bin)
        major = cluster.major_version(binaries)
        exists = cluster.check_data(data, major=major, account=account)
    except Unavailable as error:
        return Finding(subject, Verdict.FAULT, type(error).__name__, error.message)
    runner = f",以账户 {account.name} 运行" if account else ""
    return Finding(subject, Verdict.OK, f"PostgreSQL {major}{runner};数据目录{'可用' if exists else '尚未建立'}")


def port(settings: Settings) -> Finding:
    """Can we listen, or do we already?"""
    subject = f"端口 {settings.port}"
    running = _running(settings)
    if running is not None:
        return Finding(f"端口 {urlsplit(running).port}", Verdict.OK, f"本系统正在运行:{running}")
    try:
        listen(settings.host, settings.port).close()
    except PortBusy as error:
        return Finding(subject, Verdict.FAULT, "不能监听", error.message)
    return Finding(subject, Verdict.OK, "空闲")


def _running(settings: Settings) -> str | None:
    """Return the address of the ``dispatch serve`` that wrote the runtime file, if it is alive."""
    try:
        written = json.loads(settings.run_file.read_text())
        command = Path(f"/proc/{int(written['pid'])}/cmdline").read_bytes()
    except (OSError, ValueError, KeyError):
        return None
    return str(written.get("url")) if b"dispatch" in command else None


def disk(settings: Settings) -> Finding:
    """Is there room for the log of events?"""
    place = next(parent for parent in (settings.data_dir, *settings.data_dir.parents) if parent.exists())
    free_gb = shutil.disk_usage(place).free / 1e9
    said, remedy = f"{place} 剩余 {free_gb:.1f} GB", "请清理磁盘,或用 DISPATCH_DATA 换到更大的盘"
    if free_gb < NO_DISK_GB:
        return Finding("磁盘", Verdict.FAULT, said, remedy)
    if free_gb < LITTLE_DISK_GB:
        return Finding("磁盘", Verdict.WARNING, said, remedy)
    return Finding("磁盘", Verdict.OK, said)


def open_files(_settings: Settings) -> Finding:
    """May a process keep enough connections open for a province's consoles?"""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit >= FILES_FOR_CONSOLES or limit == resource.RLIM_INFINITY:
        return Finding("可开文件数", Verdict.OK, str(limit))
    return Finding("可开文件数", Verdict.WARNING, str(limit), "大量席位同时在线需要更多:请执行 ulimit -n 65536")


def fonts(_settings: Settings) -> Finding:
    """Can reports be drawn in Chinese?"""
    program = shutil.which("fc-list")
    remedy = "报表需要中文字体:请安装 fonts-noto-cjk(以及 fontconfig)"
    if program is None:
        return Finding("中文字体", Verdict.WARNING, "没有 fc-list,无法查看", remedy)
    listed = subprocess.run([program, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    if not listed.strip():
        return Finding("中文字体", Verdict.WARNING, "没有", remedy)
    return Finding("中文字体", Verdict.OK, listed.splitlines()[0].split(",")[0])


def holidays(settings: Settings) -> Finding:
    """Can working days be counted, and until when?"""
    subject = "节假日表"
    try:
        known = Calendar.load(settings.holidays)
    except BadHolidays as error:
        return Finding(subject, Verdict.FAULT, str(settings.holidays), error.message)
    said, year = f"{known.first_year} 至 {known.last_year} 年", datetime.now(UTC).year
    if known.last_year > year:
        return Finding(subject, Verdict.OK, said)
    remedy = "请升级程序包 chinesecalendar,或在 DISPATCH_HOLIDAYS 指定的文件中补充以后各年"
    return Finding(subject, Verdict.WARNING, said, remedy)


def clock(settings: Settings) -> Finding:
    """Is the system on a replay's clock by mistake?"""
    if settings.clock_path is None:
        return Finding("时钟来源", Verdict.OK, "本机时钟")
    return Finding("时钟来源", Verdict.WARNING, f"模拟时钟 {settings.clock_path}", "正式运行请取消 DISPATCH_CLOCK")


def gateway(settings: Settings) -> Finding:
    """Can messages go out?"""
    if settings.sms_gateway is None:
        remedy = "短信和语音只排队不发送:请设 DISPATCH_SMS_GATEWAY 后重启后台进程"
        return Finding("短信网关", Verdict.WARNING, "未设置", remedy)
    return Finding("短信网关", Verdict.OK, urlsplit(settings.sms_gateway).netloc.rpartition("@")[2])


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """Yield what can be seen on the running database: version, schema, clock."""
    dsn = settings.database_url or _attached(settings)
    if dsn is None:
        yield Finding("数据库", Verdict.OK, "内置数据库未在运行", "执行 dispatch serve 时会启动")
        return
    try:
        found = await migrate.current(dsn)
    except Refusal as error:
        yield Finding("数据库", Verdict.FAULT, error.code, error.message)
        return
    async with _connected(dsn) as connection:
        version = ".".join(str(part) for part in connection.get_server_version()[:2])
        yield Finding("数据库", Verdict.OK, f"PostgreSQL {version}")
        yield _schema(found)
        yield await _skew(connection)
        if found == migrate.head():
            yield _on_duty(await onduty.gaps(connection))


def _attached(settings: Settings) -> str | None:
    server = embedded(settings)
    return server.dsn if server.answers() else None


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


def _schema(found: str | None) -> Finding:
    wanted = migrate.head()
    if found == wanted:
        return Finding("数据库结构", Verdict.OK, wanted)
    remedy = f"本程序需要 {wanted}:请执行 dispatch migrate(若数据库更新,请升级程序)"
    return Finding("数据库结构", Verdict.FAULT, found or "空", remedy)


def _on_duty(gaps: Sequence[onduty.Gap]) -> Finding:
    """Would every warning reach somebody?"""
    subject, remedy = "值班联系人", "请维护值班联系人与队伍电话;明细见 GET /supervision/contacts"
    silent = [gap for gap in gaps if gap.missing]
    crews = sum(gap.crews for gap in gaps)
    if not gaps:
        return Finding(subject, Verdict.OK, "各县预警、督办、升级均有人可告知")
    named = "、".join(gap.name for gap in silent[:MOST_NAMED]) + ("等" if len(silent) > MOST_NAMED else "")
    said = [f"{len(silent)} 个县有对象无人可告知({named})"] if silent else []
    said += [f"{crews} 支队伍没有登记电话"] if crews else []
    return Finding(subject, Verdict.WARNING, ";".join(said), remedy)


async def _skew(connection: "asyncpg.Connection[asyncpg.Record]") -> Finding:
    """Compare this machine's clock with the database's, less half the way there and back."""
    before = datetime.now(UTC)
    theirs: datetime = await connection.fetchval("SELECT clock_timestamp()")
    after = datetime.now(UTC)
    skew_s = abs((theirs - (before + (after - before) / 2)).total_seconds())
    said, remedy = f"与数据库相差 {skew_s:.2f} 秒", "请在两台机器上启用 NTP 对时(如 chrony)"
    if skew_s >= HARMFUL_SKEW_S:
        return Finding("时钟偏差", Verdict.FAULT, said, remedy)
    if skew_s >= NOTICED_SKEW_S:
        return Finding("时钟偏差", Verdict.WARNING, said, remedy)
    return Finding("时钟偏差", Verdict.OK, said)

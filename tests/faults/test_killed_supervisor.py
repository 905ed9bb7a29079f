"""The supervisor is killed and at once started again, as the machine's own supervisor does it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.web.conftest import CALL, key

from .siege import Siege, is_gone, process, session, until

pytestmark = pytest.mark.faults


async def test_a_supervisor_started_again_at_once_waits_for_what_the_killed_one_left(site: Siege) -> None:
    headers = {"Authorization": "Bearer token-of-seat"} | key()
    async with httpx.AsyncClient(base_url=site.url, timeout=60, headers=headers) as client:
        first = await client.post("/api/v1/calls", json=CALL)
        assert first.status_code == 201
        for _ in range(3):
            before = site.look()
            (hit,) = site.kill(site.supervisor)
            await site.start_again()
            assert is_gone(hit)
            assert all(map(is_gone, before)), "what is left of the first would serve beside the second"
            again = await client.post("/api/v1/calls", json=CALL)
            assert again.json() == first.json()
    connection = await session(site.dsn)
    assert await connection.fetchval("SELECT count(*) FROM call") == 1
    await connection.close()


async def test_an_api_process_that_hangs_and_keeps_the_port_is_named_with_the_remedy(site: Siege) -> None:
    """Stopped, it does not hear that its supervisor died; the next start must not just say that the port is taken."""
    (hung,) = site.kill(site.pid_of("api-1"), how=signal.SIGSTOP)
    await until(lambda: state(hung.pid) == "T")
    others = site.look() - {hung}
    site.kill(site.supervisor)
    await until(lambda: all(map(is_gone, others)))
    assert state(hung.pid) == "T", "it outlived its supervisor"
    refused = subprocess.run(
        [sys.executable, "-m", "dispatch", "serve"],
        env=site.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2, refused.stderr
    assert f"占用它的进程是 {hung.pid}(" in refused.stderr
    assert "已停住不应答" in refused.stderr
    assert f"请执行 kill -9 {hung.pid} 停掉后再启动" in refused.stderr
    assert process(hung.pid) == hung, "it is the operator's to kill"
    os.kill(hung.pid, signal.SIGKILL)  # what the sentence says
    await until(lambda: is_gone(hung))
    await site.start_again()
    assert site.pid_of("api-1") != hung.pid


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]

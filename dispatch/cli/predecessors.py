"""What a killed supervisor left behind: its processes were told to end, and the next one lets them."""

import json
import time
from pathlib import Path

from dispatch.cli.holders import holder
from dispatch.kit.ending import PROCESS_S
from dispatch.kit.logs import logger

STEP_S = 0.05
GRACE_S = 2.0  # beyond what a process allows itself

log = logger("supervisor")


def await_ended(run_file: Path) -> None:
    """
    Wait until the processes that the file names are gone, as long as they may take to end.

    One that was halted, or hangs all the same, is left to the operator: if it is in the way it is named.
    """
    end = time.monotonic() + PROCESS_S + GRACE_S
    while (left := _left(run_file)) and time.monotonic() < end:
        time.sleep(STEP_S)
    if left:
        log.warning("predecessors_left", pids=left)


def _left(run_file: Path) -> list[int]:
    try:
        pids = [pid for pid in json.loads(run_file.read_text())["processes"].values() if pid]
    except (OSError, ValueError, KeyError):
        return []
    found = [one for pid in pids if (one := holder(pid))]
    return [one.pid for one in found if one.ours and not one.halted]

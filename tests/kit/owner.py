"""
A program that owns an embedded server until its input ends; fault tests kill it.

``python -m tests.kit.owner ROOT [thread]`` prints how it got the server and the server's process number.
"""

import sys
import threading
from pathlib import Path

from dispatch.kit import logs
from dispatch.kit.postgres import Embedded


def main() -> None:
    logs.configure(process="owner")
    postgres = Embedded(Path(sys.argv[1]), timeout_s=60)

    def start() -> None:
        print(postgres.start(), postgres.pid, flush=True)

    if "thread" in sys.argv:
        starter = threading.Thread(target=start)
        starter.start()
        starter.join()
    else:
        start()
    sys.stdin.read()
    postgres.stop()


if __name__ == "__main__":
    main()

"""
The other engine, in a Python of its own (package osrm-bindings, Python 3.12): contraction hierarchies, one table call.

    PYTHON benchmarks/osrm_table.py FOLDER EXTRACT

FOLDER has ``repair.lua`` and ``questions.npz`` (crews, jobs as lon, lat); ``answers.npz`` is written there: seconds of
each crew to each job, and the seconds that each table call took.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import osrm


def main(folder: Path, extract: Path) -> None:
    shutil.copy(extract, folder / "x.osm.pbf")
    for step in (["extract", "-p", folder / "repair.lua", folder / "x.osm.pbf"], ["contract", folder / "x.osrm"]):
        subprocess.run([sys.executable, "-m", "osrm", *map(str, step)], check=True, stdout=subprocess.DEVNULL)
    engine = osrm.OSRM(storage_config=str(folder / "x.osrm"), algorithm="CH", use_shared_memory=False)
    questions = np.load(folder / "questions.npz")
    crews, jobs = ([tuple(map(float, one)) for one in questions[name]] for name in ("crews", "jobs"))
    seconds, took = [], []
    for job in jobs:
        asked = osrm.TableParameters(
            coordinates=[*crews, job],
            sources=list(range(len(crews))),
            destinations=[len(crews)],
            annotations=["duration"],
            generate_hints=False,
        )
        begun = time.perf_counter()
        answer = engine.Table(asked)
        took.append(time.perf_counter() - begun)
        rows = [[value for value in row] for row in answer["durations"]]
        seconds.append([np.nan if row[0] is None else float(row[0]) for row in rows])
    np.savez(folder / "answers.npz", seconds=np.array(seconds), took=np.array(took))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""The repository's own scenario, made small."""

from pathlib import Path

from dispatch.simulator.gym import scenario

FOLDER = Path(__file__).parents[3] / "scenarios/gym"
EVENING = FOLDER / "storm_evening.toml"


def small(*, calls: int = 60, crews: int = 9) -> scenario.Scenario:
    """Return the storm evening with fewer calls and crews, as busy as it is."""
    whole = scenario.read(EVENING)
    return whole.model_copy(update={"calls": calls, "crews": whole.crews.model_copy(update={"number": crews})})

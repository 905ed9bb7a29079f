"""From a rule pack to the numbers that routing needs."""

from dispatch.kit.crewrules import CrewRules
from dispatch.kit.rulepack import RulePack

from .model import Borders, Duty, RoutingRule, Standing, Worth

CLASSES = ("urban", "rural", "remote")
AHEAD_S = 120.0  # of a pack without field reports: domain 2.3, later than server time + 2 min is illegal


def rule_of(pack: RulePack) -> RoutingRule:
    """Return the numbers of ``travel``, ``crew``, ``worth`` and ``nearest``; times in seconds, speeds in km/h."""
    worth = pack.worth
    return RoutingRule(
        speed_kmh={name: pack.travel.speed.of(name).value for name in CLASSES},
        detour={name: pack.travel.detour.of(name).value for name in CLASSES},
        reach_s=pack.travel.reach.duration.total_seconds(),
        reach_per_waited=pack.travel.reach_per_waited.value,
        stale_s=pack.crew.position_stale.duration.total_seconds(),
        queue_max=pack.crew.crew_queue_max.value,
        overrun_s=pack.crew.overrun.duration.total_seconds(),
        worth=Worth(
            hazard_s=worth.hazard.duration.total_seconds(),
            life_support_s=worth.life_support.duration.total_seconds(),
            important_s=worth.important.duration.total_seconds(),
            urgent_s=worth.urgent.duration.total_seconds(),
            sensitive_s=worth.sensitive.duration.total_seconds(),
            per_waited_s=worth.waited.value,
            waited_cap_s=worth.waited_cap.duration.total_seconds(),
        ),
        ahead_s=pack.field_reports.clock_ahead.duration.total_seconds() if pack.field_reports else AHEAD_S,
        duty=duty_of(pack.nearest) if pack.nearest else Duty(),
        borders=borders_of(pack.nearest) if pack.nearest else Borders(),
    )


def duty_of(rules: CrewRules) -> Duty:
    """Return how long a crew may work and drive."""
    duty = rules.duty
    return Duty(*(span.duration.total_seconds() for span in (duty.window, duty.work, duty.drive, duty.pause)))


def borders_of(rules: CrewRules) -> Borders:
    """Return what is left of the old borders."""
    return Borders(
        standing=Standing(rules.standing.value),
        storm=Standing(rules.storm.value),
        reserve=rules.reserve.value,
        fair_s=rules.fairness.cap.duration.total_seconds(),
        fair_jobs=float(max(rules.fairness.jobs.value, 1)),
        promise_s=rules.promised.duration.total_seconds(),
    )

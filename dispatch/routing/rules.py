"""From a rule pack to the numbers that routing needs."""

from dispatch.kit.rulepack import RulePack

from .model import RoutingRule, Worth

CLASSES = ("urban", "rural", "remote")


def rule_of(pack: RulePack) -> RoutingRule:
    """Return the numbers of the sections ``travel``, ``crew`` and ``worth``; times in seconds, speeds in km/h."""
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
    )

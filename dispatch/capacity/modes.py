"""
How a county works (派工模式), and when a storm begins and ends. Domain 7.2; the numbers are the rule pack's section
``modes``. Pure: the load and the time are arguments.

Hysteresis: a storm begins at ``storm_enter``; it ends when the load was below ``storm_leave`` for ``storm_calm``.
A person's word holds: for ``storm_calm`` after it the machine only proposes, and a storm that a person called before it
came does not end by calm until it has been seen.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.kit.looprules import ModeRules, ModeSettings
from dispatch.kit.words import Labelled


class Mode(Labelled):
    """What a county does with its tickets and its booked work."""

    NORMAL = "normal", "正常"
    QUICK = "quick", "快响"
    STORM = "storm", "抗灾抢修"
    MANUAL = "manual", "人工"


class ModeTurn(Labelled):
    """What the machine does about a county's mode in one turn."""

    STAY = "stay", "保持"
    PROPOSE = "propose", "建议进入抗灾抢修"
    WITHDRAW = "withdraw", "撤回建议"
    ENTER = "enter", "自动进入抗灾抢修"
    RENEW = "renew", "自动续期"
    RETURN = "return", "自动恢复正常"


@dataclass(frozen=True, slots=True)
class Load:
    """Tickets that need a crew, and the crews on duty."""

    open_tickets: int
    crews: int

    @property
    def ratio(self) -> float:
        """Open tickets for each crew; nobody on duty counts as one crew."""
        return self.open_tickets / max(self.crews, 1)


@dataclass(frozen=True, slots=True)
class ModeState:
    """
    A county's mode as the rules see it.

    :param person_at: when a person set it last
    :param peaked: this storm has been seen in the load
    :param calm_at: since when the load of this storm has been low
    :param proposed: a proposal waits for a person
    """

    mode: Mode = Mode.NORMAL
    until_at: datetime | None = None
    auto_storm: bool = False
    person_at: datetime | None = None
    peaked: bool = False
    calm_at: datetime | None = None
    proposed: bool = False


def settings_of(rules: ModeRules, mode: Mode) -> ModeSettings:
    """Return what a mode changes."""
    found: ModeSettings = getattr(rules, mode.value)
    return found


def observed(state: ModeState, load: Load, *, rules: ModeRules, at: datetime) -> ModeState:
    """Return the state with what the load says of a storm: that it has come, and since when it is calm."""
    if state.mode is not Mode.STORM:
        return replace(state, peaked=False, calm_at=None)
    calm = load.ratio < rules.storm_leave.value
    return replace(
        state,
        peaked=state.peaked or load.ratio >= rules.storm_enter.value,
        calm_at=(state.calm_at or at) if calm else None,
    )


def turn(state: ModeState, load: Load, *, rules: ModeRules, at: datetime) -> ModeTurn:
    """Return what to do about a county whose state was ``observed`` at this load."""
    if state.mode is Mode.STORM:
        return _in_storm(state, rules, at)
    if state.until_at is not None and at >= state.until_at:
        return ModeTurn.RETURN
    if load.ratio >= rules.storm_enter.value:
        if _may_switch(state, rules, at):
            return ModeTurn.ENTER
        return ModeTurn.STAY if state.proposed else ModeTurn.PROPOSE
    return ModeTurn.WITHDRAW if state.proposed and load.ratio < rules.storm_leave.value else ModeTurn.STAY


def _in_storm(state: ModeState, rules: ModeRules, at: datetime) -> ModeTurn:
    calm = state.calm_at is not None and at - state.calm_at >= rules.storm_calm.duration
    if calm and state.peaked:
        return ModeTurn.RETURN
    if state.until_at is None or at < state.until_at:
        return ModeTurn.STAY
    return ModeTurn.RENEW if state.auto_storm and state.peaked and state.calm_at is None else ModeTurn.RETURN


def _may_switch(state: ModeState, rules: ModeRules, at: datetime) -> bool:
    """MANUAL is a person's decision to decide everything, so the machine only proposes."""
    quiet = state.person_at is None or at - state.person_at >= rules.storm_calm.duration
    return state.auto_storm and state.mode is not Mode.MANUAL and quiet


def after(state: ModeState, done: ModeTurn, *, rules: ModeRules, at: datetime) -> ModeState:
    """Return the state after a turn of the machine."""
    match done:
        case ModeTurn.ENTER:
            until = at + rules.longest.duration
            return replace(state, mode=Mode.STORM, until_at=until, peaked=True, calm_at=None, proposed=False)
        case ModeTurn.RENEW:
            return replace(state, until_at=at + rules.longest.duration)
        case ModeTurn.RETURN:
            return replace(state, mode=Mode.NORMAL, until_at=None, peaked=False, calm_at=None)
        case ModeTurn.PROPOSE | ModeTurn.WITHDRAW:
            return replace(state, proposed=done is ModeTurn.PROPOSE)
        case _:
            return state

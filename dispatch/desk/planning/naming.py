"""How a dispatcher is told of crews, tickets, depots and instants: by name, number and clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.explaining.remedies import Help
from dispatch.routing.optimiser.explaining.verdicts import Binding, CrewVerdict
from dispatch.routing.optimiser.search.unserved import Why as Reason
from dispatch.routing.optimiser.words import Naming

from .mapping import KIND
from .posing import UNHEARD
from .visits import SAID, VISIT

# A skill of the problem is all that keeps a crew from a ticket for good; its window ends with the plan's horizon.
# By the kind of word: reasons and verdicts share codes, and words with one code are one key.
WORDS: Mapping[type[Labelled], Mapping[Labelled, str]] = {
    CrewVerdict: {
        CrewVerdict.NO_SKILL: "不具备所需条件,或未借给该县",
        CrewVerdict.TOO_LATE: "计划期内轮不到",
        CrewVerdict.SHIFT_ENDS: "加班也做不完",
        CrewVerdict.CROWDED: "路线已排满",
        CrewVerdict.DELAYS: "使后面的工单更晚",
        CrewVerdict.CHANGES: "已发布的安排要改",
        CrewVerdict.PARTNER: "已在本单",
    },
    Reason: {
        Reason.NO_SKILL: "没有具备所需条件且可派往该县的班组",
        Reason.TOO_LATE: "合格班组在计划期内都排不下",
        Reason.TOO_LONG: "合格班组在计划期与班次内都做不完",
        Reason.SHIFT_ENDS: "合格班组在加班上限内都排不下",
        Reason.COULD_BE: "现在可以安排",
        Reason.TOO_DEAR: "安排它的代价高于暂不安排",
    },
    Binding: {
        Binding.COST: "其余不动时代价最低",
        Binding.ONLY_ONE: "其余不动时别无班组可派",
    },
    Help: {
        Help.INSERT: "直接安排",
        Help.RELEASE: "撤销指定或排除",
        Help.WINDOW: "改约",
        Help.DECLARE: "增报承载力",
        Help.OVERTIME: "延长加班",
        Help.SWAP: "换下另一单",
    },
}
KINDS = {KIND: "抢修"}


def naming_of(desk: Desk, numbers: Mapping[str, str], *, at: datetime) -> Naming:
    """
    Return the names for one problem.

    :param numbers: ticket -> its number
    :param at: the instant that the problem counts from
    """

    def crew(crew_id: str) -> str:
        card = desk.fleet.card(crew_id)
        return "该增派班组" if crew_id.startswith("+") else crew_id if card is None else card.name

    def depot(code: str) -> str:
        area = desk.areas.find(code)
        return code if area is None else area.name

    return Naming(
        a_crew="班组",
        a_job="工单",
        crew=crew,
        job=lambda name: SAID if name.startswith(VISIT) else numbers.get(name, name),
        depot=depot,
        kind=lambda kind: KINDS.get(kind, kind),
        needs=_needs,
        clock=clock_from(at),
        cost=lambda cost: f"{cost:.0f} 分钟行车",
        word=lambda word: WORDS.get(type(word), {}).get(word, word.label),
    )


def _needs(needs: Sequence[str]) -> str:
    return "本单的指定(指定的班组现在不能派)" if UNHEARD in needs else "所需条件"


def clock_from(at: datetime) -> Callable[[int], str]:
    """Return how instants counted from ``at`` are told: by the clock in China, with the day if it is another one."""
    today = at.astimezone(CHINA).date()

    def clock(seconds: int) -> str:
        when = (at + timedelta(seconds=seconds)).astimezone(CHINA)
        return f"{when:%H:%M}" if when.date() == today else f"{when:%m月%d日 %H:%M}"

    return clock

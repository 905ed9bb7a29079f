"""The few words in which crews report by telephone and SMS (电话与短信关键词汇报), and what step each means."""

import re
from dataclasses import dataclass

from dispatch.kit.errors import Invalid
from dispatch.tickets.events import Arrived, CrewAccepted, CrewRejected, Departed, Restored
from dispatch.tickets.fieldreports import FieldEvent
from dispatch.tickets.words import RejectReason

WORDS: dict[str, tuple[str, ...]] = {
    "crew-accept": ("接单", "接受", "接"),
    "depart": ("出发", "出车"),
    "arrive": ("到达现场", "到现场", "到达", "到场", "到"),
    "restore": ("修好", "修复", "完成", "完工", "复电", "送电", "完"),
    "crew-reject": ("拒单", "拒绝", "拒"),
}
# What a crew writes after 拒; the first that occurs counts.
REASONS: dict[str, RejectReason] = {
    "险": RejectReason.BUSY_WITH_HAZARD,
    "车": RejectReason.VEHICLE_DOWN,
    "路": RejectReason.NO_ACCESS,
    "专业": RejectReason.OTHER_SKILL,
    "技能": RejectReason.OTHER_SKILL,
    "发电": RejectReason.NEEDS_GENERATOR,
}
KIND = {word: kind for kind, words in WORDS.items() for word in words}
# 已 word 了 number text: the word must end there, so that 到不了 and 接不了 are not taken for their opposite.
LONGEST_FIRST = "|".join(sorted(KIND, key=len, reverse=True))
BETWEEN = " \t\n,,。.::;;"
GAP = f"[{re.escape(BETWEEN)}]"
SAID = re.compile(rf"^已?(?P<word>{LONGEST_FIRST})了?(?=$|\d|{GAP}){GAP}*(?P<no>\d{{8,20}})?(?P<text>.*)$", re.DOTALL)


class UnknownWord(Invalid):
    """Nothing that a crew reports."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said: the step, the number of the ticket if one was named, and the rest."""

    kind: str
    ticket_no: str | None
    text: str

    def event(self) -> FieldEvent:
        """
        Return what it says.

        :raises UnknownWord: if a job is refused without one of the reasons
        """
        match self.kind:
            case "crew-accept":
                return CrewAccepted()
            case "depart":
                return Departed()
            case "arrive":
                return Arrived()
            case "restore":
                return Restored(brief=True, field_record=self.text[:500])
            case _:
                return CrewRejected(reason=self._reason(), text=self.text[:500])

    def _reason(self) -> RejectReason:
        for word, reason in REASONS.items():
            if word in self.text:
                return reason
        raise UnknownWord("拒单须注明原因,请写“拒 险情/车辆/道路/专业/发电车”之一,例如:拒 车辆故障", field="text")


def understood(text: str) -> Spoken:
    """
    Read what a crew said.

    :raises UnknownWord: naming the words there are
    """
    found = SAID.match(text.strip())
    if found is None:
        raise UnknownWord("看不懂的汇报,请用:接单、出发、到场、完工、拒单+原因;可加工单编号", field="what")
    return Spoken(KIND[found["word"]], found["no"], found["text"].strip(BETWEEN))

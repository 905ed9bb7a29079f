"""
What a customer's text says, as far as a machine may decide it: whole sentences that mean one thing, nothing else.

``刚才没电现在好了`` holds the words of a dark house and says the contrary: whatever is not known as a whole goes to a
person.
"""

import re
import unicodedata

from dispatch.notify.templates import Question

from .visits import Answer

NOISE = re.compile(r"[\s,.!?;:~、,。!?;:…~“”\"'()()\[\]【】-]+")
DARK = re.compile(
    r"(我们?家?|家里|这里|这边)?(现在|目前)?(还是|仍然|依然|还|仍|一直|又)?(没有?来?电|未来电|无电|停电|没来)(了|呢|啊|的)?"
)
BACK = re.compile(r"(我们?家?|家里|这里|这边)?(现在)?(已经?|恢复)?(来电|有电|送电|通电|复电)了?(谢谢|感谢)?")
PICK = re.compile(r"(回复|选择?|答)?([123])(分|号)?")
SAID = {
    "满意": 1,
    "很满意": 1,
    "非常满意": 1,
    "比较满意": 1,
    "好": 1,
    "很好": 1,
    "好评": 1,
    "一般": 2,
    "一般般": 2,
    "还行": 2,
    "还可以": 2,
    "不满意": 3,
    "很不满意": 3,
    "非常不满意": 3,
    "差评": 3,
    "不好": 3,
    "差": 3,
}
SATISFIED = {1: True, 2: True, 3: False}  # [P] 一般 is no complaint: it closes, and the text says what was answered
LABELS = {1: "满意", 2: "一般", 3: "不满意"}
POWER = {1: True, 2: False}


def read(text: str, question: Question) -> Answer | None:
    """Return what a text answers to a question; None: a person must read it."""
    plain = NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()
    if DARK.fullmatch(plain):
        return Answer(power_back=False, text="客户短信:仍无电")
    if BACK.fullmatch(plain):
        return Answer(power_back=True, text="客户短信:已来电")
    picked = _picked(plain)
    if question is Question.POWER_BACK:
        back = POWER.get(picked) if picked is not None and plain not in SAID else None
        return None if back is None else Answer(power_back=back, text=f"客户短信:{'已来电' if back else '仍无电'}")
    if picked is None:
        return None
    return Answer(satisfied=SATISFIED[picked], text=f"客户短信:{LABELS[picked]}")


def _picked(plain: str) -> int | None:
    """Return which of the choices a text names, by number, by word, or by both if they agree."""
    if plain in SAID:
        return SAID[plain]
    if match := PICK.fullmatch(plain):
        return int(match[2])
    number, word = plain[:1], plain[1:]
    return SAID[word] if word in SAID and number == str(SAID[word]) else None

"""
Texts that the utility writes in the place of the standard ones: what they must keep to, and how they are filled in.

A text without faults composes for any values: at most ``LONGEST`` characters, no placeholder left, nothing looked up in
a value. Only words change: to whom it goes, how, and what an answer means stay as the file has it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from .fieldwords import field_word
from .templates import LONGEST, TEMPLATES, Occasion, Question, Text, cut

PLACE = re.compile(r"\{([^{}]*)\}")
SIGNED = re.compile(r"【[^【】{}\s]{2,20}】(?=.*\w)")
# A digit by itself that counts nothing: 回复1, 2请来电; not 3个工作日, 12小时, 1.5.
ANSWER = re.compile(r"(?<![0-9.])(?<![0-9][:/-])[1-9](?!\s*[0-9.:%/个天小日周月年时分秒次户条项单楼号名米])")
REPLY = re.compile(r"回复\s*:?\s*[“\"「『]?\s*([0-9])(?![0-9])")
BEYOND = 0xFFFF  # signs beyond it take the place of two in a text message
NAMED = 30  # characters of a wrong placeholder that are told


def digits(text: str) -> frozenset[str]:
    """Return the answers that a text names, without its signature and its fields."""
    return frozenset(ANSWER.findall(PLACE.sub("字", SIGNED.sub("", _narrow(text), count=1))))


def _narrow(text: str) -> str:
    """Return a text with its full-width signs narrow, as answers are read."""
    return unicodedata.normalize("NFKC", text)


def fill(text: str, said: Mapping[str, str]) -> str:
    """Return a text that has no faults with its fields filled in."""
    return PLACE.sub(lambda place: said[place[1]], text)


def longest(occasion: Occasion, text: str) -> int:
    """Return how long a text is when each field is as long as it may be."""
    fields = TEMPLATES[occasion].fields
    return len(PLACE.sub(lambda place: "字" * fields.get(place[1], len(place[0])), text))


def example(occasion: Occasion, text: str) -> str:
    """Return a text as people would get it; placeholders that nobody knows stay as they are."""
    fields = TEMPLATES[occasion].fields

    def shown(place: re.Match[str]) -> str:
        most = fields.get(place[1])
        return place[0] if most is None else cut(field_word(occasion.value, place[1]).example, most)

    return PLACE.sub(shown, text)


@lru_cache(maxsize=1_000)
def faults(occasion: Occasion, text: str) -> tuple[str, ...]:
    """Return why a text cannot stand in the place of the standard one, each with its remedy; none: it can."""
    if not text.strip():
        return ("文本是空的,请填写内容,或恢复标准文本",)
    found = (*_signs(text), *_places(occasion, text), *_answers(occasion, text))
    length = longest(occasion, text)
    if length > LONGEST:
        long = f"各字段都填满时有 {length} 字,超过 {LONGEST} 字,请减少 {length - LONGEST} 字"
        return (*found, long)
    return found


def _signs(text: str) -> Iterator[str]:
    for no, sign in enumerate(text, 1):
        if not sign.isprintable() or ord(sign) > BEYOND:
            yield f"第 {no} 字(U+{ord(sign):04X})是换行、不可见字符或表情符号,短信发不出,请删除或改为普通字符"
            break
    if not SIGNED.match(text):
        yield "开头应为签名,如“【95598】”:【】里 2 至 20 个字、不含空格和字段,签名后要有正文"


def _places(occasion: Occasion, text: str) -> Iterator[str]:
    template = TEMPLATES[occasion]
    named = set(PLACE.findall(text))
    for name in sorted(named - template.fields.keys()):
        usable = "、".join(_called(occasion, each) for each in template.fields)
        yield f"没有字段 {cut('{' + name + '}', NAMED)},可用的有 {usable};请改正或删除"
    if re.search(r"[{}]", PLACE.sub("", text)):
        yield "花括号没有成对,或套了两层;花括号只用来括住字段名,请改正"
    for name in template.fields:
        if name not in named and name not in template.optional:
            yield f"缺少字段 {_called(occasion, name)},这条消息不能没有它,请插入"


def _answers(occasion: Occasion, text: str) -> Iterator[str]:
    template = TEMPLATES[occasion]
    known = understood(template.expects) if template.expects else frozenset()
    if template.expects:
        for digit in sorted(digits(template.text) - digits(text)):
            yield f"缺少客户答复的数字 {digit};标准文本用它提问“{template.expects.label}”,请写明回复 {digit} 的意思"
    for digit in sorted(set(REPLY.findall(_narrow(text))) - known):
        read = f"系统只认 {'、'.join(sorted(known))}" if known else "这条消息不提问,答复没有人认"
        yield f"文中请客户回复 {digit},但{read};请删去"


def _called(occasion: Occasion, name: str) -> str:
    return f"{{{name}}}({field_word(occasion.value, name).label})"


def understood(question: Question) -> frozenset[str]:
    """Return the digits that are read as answers to a question."""
    return frozenset().union(*(digits(each.text) for each in TEMPLATES.values() if each.expects is question))


def worded(text: Text, own: Mapping[Occasion, str]) -> Text:
    """Return a text in the utility's own words, where it has some."""
    wanted = own.get(text.occasion)
    return text if wanted is None else replace(text, body=fill(wanted, text.said))


def tells(text: str, body: str, said: Mapping[str, str]) -> bool:
    """Tell whether a body is this text with these values, whatever its other fields say."""
    parts = PLACE.split(text)  # words, name, words, name, words
    pattern = [re.escape(part) if n % 2 == 0 else _value(part, said) for n, part in enumerate(parts)]
    return re.fullmatch("".join(pattern), body, re.DOTALL) is not None


def _value(name: str, said: Mapping[str, str]) -> str:
    return re.escape(said[name]) if name in said else ".*"

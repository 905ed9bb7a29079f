"""What is wrong with a YAML file, in Chinese: where, what, and what would be right."""

import yaml

# a piece of what the reader says -> what it means to whoever wrote the file
MEANT = {
    "stands twice": "同一项写了两次,请删去一个",
    "cannot start any token": "用了制表符(Tab)或特殊符号开头,缩进请用空格,含特殊符号的值请加引号",
    "mapping values are not allowed": "冒号的位置不对:上一行未写完、缩进不对,或值中有冒号而未加引号",
    "could not find expected ':'": "缺少冒号:每一项应写成“名称: 值”",
    "unexpected end of stream": "文件到此中断,引号未闭合",
    "expected ',' or ": "方括号或花括号中缺少逗号,或没有闭合",
    "expected <block end>": "缩进与上下行不一致,请对齐",
    "undefined alias": "引用了没有定义的名称",
    "special characters are not allowed": "含有不可见的控制字符,请删除",
    "could not determine a constructor": "用了不支持的标记(!),请删除",
}
OTHER = "书写不合 YAML 格式,请对照原规则包改正"


def told(error: yaml.YAMLError) -> str:
    """Return what is wrong, with the line if it is known: “第 3 行……”."""
    said = f"{getattr(error, 'problem', None) or ''} {error}"
    meant = next((words for piece, words in MEANT.items() if piece in said), OTHER)
    mark = getattr(error, "problem_mark", None)
    return meant if mark is None else f"第 {mark.line + 1} 行{meant}"

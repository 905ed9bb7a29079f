"""What of an official name people say: 石浦镇 is 石浦, 东门渔村委会 is 东门渔村, 景宁畲族自治县 is 景宁."""

import re

PEOPLES = (
    "汉|壮|回|满|苗|彝|藏|蒙古|土家|布依|侗|瑶|朝鲜|白|哈尼|哈萨克|黎|傣|畲|傈僳|仡佬|东乡|高山|拉祜|水|佤|纳西|羌|土|"
    "仫佬|锡伯|柯尔克孜|达斡尔|景颇|毛南|撒拉|布朗|塔吉克|阿昌|普米|鄂温克|怒|京|基诺|德昂|保安|俄罗斯|裕固|乌孜别克|"
    "门巴|鄂伦春|独龙|塔塔尔|赫哲|珞巴|维吾尔|各"
)
BRACKETS = re.compile(r"[(（][^()（）]*[)）]?")
COMMITTEE = re.compile(r"(?<=..)(村)?(村民委员会|村委会|居民委员会|居委会|管理委员会|管委会|委员会|委会)会?$")
ETHNIC = re.compile(
    rf"(?<=..)((({PEOPLES})族)+(自治[县州旗区]|民族乡|乡|镇)|蒙古(自治[县州旗])|自治[县州旗区]|民族[乡镇])$"
)
TAILS = (
    "特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区",
    "街道办事处", "街道", "地区", "林区", "新区", "矿区", "苏木", "嘎查", "社区", "生活区", "小区", "渔村",
    "省", "市", "盟", "县", "区", "旗", "镇", "乡", "村", "州", "场",
)  # fmt: skip


def said(name: str) -> str:
    """Return the name without what only papers have: brackets, committees."""
    plain = BRACKETS.sub(_numbered, name).strip(" 、·") or name
    shorter = COMMITTEE.sub(r"\1", plain)
    if shorter != plain and plain.endswith(("村民委员会", "村委会")) and not shorter.endswith("村"):
        return shorter + "村"
    return shorter


def without_above(spoken: str, county: str, township: str) -> str:
    """Return a village's name without those of what it lies in, where papers begin with them: 韶山市韶山乡韶山村."""
    for above in (county + township, township):
        rest = spoken.removeprefix(above)
        if rest != spoken and len(rest) >= 2 and rest not in TAILS and not rest.startswith("虚拟"):
            return rest
    return spoken


def _numbered(brackets: re.Match[str]) -> str:
    """Keep a bracket that only counts: 张家(一)村 is another village than 张家(二)村."""
    inner = brackets[0].strip("()（）")
    return inner if inner and all(sign in "一二三四五六七八九十东西南北上下" for sign in inner) else ""


def core_length(spoken: str) -> int:
    """Return how many characters of a spoken name carry it; at least two, so that 单县 stays whole."""
    found = ETHNIC.search(spoken)
    if found and found.start() >= 2:
        return found.start()
    for tail in TAILS:
        if spoken.endswith(tail) and len(spoken) - len(tail) >= 2:
            return len(spoken) - len(tail)
    return len(spoken)

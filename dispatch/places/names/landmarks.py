"""
Words for things that stand in a place and are none: 卫生院, 小学, 对面, 停电.

They say where to look, not which village: 西周镇卫生院 is in 西周镇, and not the village 盛源 that sounds like 生院. A
village may carry one in its name (市场社区), and then is heard by the letter only.
"""

import re

KIND = "中心|人民|实验|希望|国际|第[一二三四五六七八九十]|海鲜|农贸|农产品|批发"  # of its name, before it
THINGS = (
    "卫生院|卫生所|卫生室|医院|诊所|药店|小学|中学|高中|初中|大学|学校|幼儿园|政府|派出所|公安局|法院|供电所|营业厅|"
    "银行|信用社|邮局|邮政|超市|商场|商贸城|商城|商业|购物|市场|菜场|小卖部|便利店|饭店|宾馆|旅馆|网吧|"
    "加油站|收费站|火车站|汽车站|高铁站|地铁站|公交站|车站|停车场|敬老院|养老院|活动室|服务中心|文化礼堂|广场|公园|体育馆|"
    "影视城|书店|酒店|餐馆|茶馆|公寓|财政所|土管所|林业站|兽医站|粮站|供销社|合作社|物流|快递|基站|电站|水厂|处理厂|修理厂|"
    "养殖场|种植|基地|驾校|交警|消防队|殡仪馆|棋牌室|民宿|农家乐|产业园|科技园|公司|建材|五金|街道(?!口)|工业园|工业区|厂房|工厂|家属院|宿舍|红绿灯|变压器|电线杆|路口|村口|村部|大樟树"
)
BESIDE = "门口|对面|旁边|边上|附近|后面|前面|隔壁|楼下|楼上|里面|那边|这边|那里|这里|街上|镇上|集上|镇里"
LANDMARK = re.compile(rf"(?:(?:{KIND})*(?:{THINGS})|{BESIDE})")
FEATURES = frozenset("湖山河江海路街桥塔庙岛港湾城")  # with what is before them they are the landmark's own name


def spans(signs: str) -> list[tuple[int, int]]:
    """Return where such words stand, half open."""
    return [found.span() for found in LANDMARK.finditer(signs)]

"""The utility's own table: each wrong cell is named with row, column and remedy; what is exported is imported equal."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from dispatch.kit.earth import distance_m
from dispatch.places import rows, sheets
from dispatch.places.areas import Areas
from dispatch.places.crs import Crs, from_wgs84
from dispatch.places.locate import Locator
from dispatch.places.own import OwnKind, OwnPlace, folded
from dispatch.places.rows import HEADINGS, ReadRows, read_rows
from dispatch.places.sheets import BadTable

from .conftest import NINGHAI, XIANGSHAN

GOOD = ["T1", "东街1号公变", "台区变压器", XIANGSHAN, "东街1号", "121.87", "29.48", "", "东街变、老街变"]


def table(*lines: list[str]) -> bytes:
    return sheets.written_csv([list(HEADINGS), *lines])


def having(**cells: str) -> list[str]:
    """Return a good row with some cells changed; the words stand for the headings."""
    place = {"code": 0, "name": 1, "kind": 2, "county": 3, "address": 4, "lon": 5, "lat": 6, "crs": 7, "aliases": 8}
    line = list(GOOD)
    for word, text in cells.items():
        line[place[word]] = text
    return line


@pytest.fixture
def read(tree: Areas, locator: Locator) -> object:
    return lambda content, **how: read_rows(sheets.read(content), tree, locator, **how)


def test_a_row_is_a_place(read: object) -> None:
    found: ReadRows = read(table(GOOD))  # type: ignore[operator]
    assert not found.faults
    assert not found.notes
    assert found.places == (
        OwnPlace("T1", OwnKind.TRANSFORMER, "东街1号公变", XIANGSHAN, "东街1号", 121.87, 29.48, ("东街变", "老街变")),
    )


def test_the_columns_may_stand_in_any_order_and_some_may_be_missing(read: object) -> None:
    content = "名称,县(区)编码,类别,编码\n石浦大道,330225,道路,R1\n".encode()
    found: ReadRows = read(content)  # type: ignore[operator]
    assert found.places == (OwnPlace("R1", OwnKind.ROAD, "石浦大道", XIANGSHAN),)


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"code": ""}, "编码", "不能为空"),
        ({"code": "T 1"}, "编码", "空格"),
        ({"code": "x" * 65}, "编码", "最多 64 个字"),
        ({"name": ""}, "名称", "不能为空"),
        ({"name": "——"}, "名称", "没有文字"),
        ({"name": "长" * 61}, "名称", "最多 60 个字"),
        ({"name": "东街\n公变"}, "名称", "换行"),
        ({"kind": "飞机场"}, "类别", "请填 道路、楼宇小区、变电站、台区变压器、地标 之一"),
        ({"kind": ""}, "类别", "不能为空"),
        ({"county": "330299"}, "县(区)编码", "不是县(区)编码"),
        ({"county": "3302"}, "县(区)编码", "不是县(区)编码"),
        ({"lon": ""}, "经度", "应同时填写"),
        ({"lat": ""}, "纬度", "应同时填写"),
        ({"lon": "东经121.87"}, "经度", "不是数字"),
        ({"lon": "121°52'"}, "经度", "不用度分秒"),
        ({"lon": "nan"}, "经度", "不是数字"),
        ({"lon": "1_21"}, "经度", "不是数字"),
        ({"lat": "2948"}, "纬度", "超出范围"),
        ({"lon": "29.48", "lat": "121.87"}, "经度", "经纬度写反了"),
        ({"lon": "116.4", "lat": "39.9"}, "经度", "不在本省范围内"),
        ({"crs": "北京54"}, "坐标系", "不认识坐标系"),
        ({"county": NINGHAI}, "经度", "坐标在象山,而所报县(区)为宁海"),
        ({"county": NINGHAI, "lon": "121.6023", "lat": "29.30"}, "坐标系", "若坐标系是 GCJ-02"),
        ({"aliases": "、".join(f"名{n}" for n in range(21))}, "别名", "最多 20 个"),
        ({"aliases": "长" * 61}, "别名", "不合要求"),
        ({"address": "长" * 301}, "地址", "最多 300 个字"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_column_and_remedy(
    read: object, cells: dict[str, str], column: str, said: str
) -> None:
    found: ReadRows = read(table(having(code="T0"), having(**cells)))  # type: ignore[operator]
    assert [place.code for place in found.places] == ["T0"]
    (fault,) = [fault for fault in found.faults if said in fault.message]
    assert (fault.row, fault.column) == (3, column)
    assert str(fault).startswith(f"第 3 行“{column}”列:")


def test_all_faults_of_a_row_are_told_at_once(read: object) -> None:
    found: ReadRows = read(table(having(name="", kind="?", lat="")))  # type: ignore[operator]
    assert [fault.column for fault in found.faults] == ["名称", "类别", "纬度"]


def test_a_code_that_stands_twice_names_the_first_row(read: object) -> None:
    found: ReadRows = read(table(GOOD, GOOD))  # type: ignore[operator]
    assert [str(fault) for fault in found.faults] == ["第 3 行“编码”列:编码 T1 与第 2 行重复,请保留一行或改编码"]


def test_two_places_of_one_name_in_one_county_can_be_and_are_noted(read: object) -> None:
    found: ReadRows = read(table(GOOD, having(code="T2")))  # type: ignore[operator]
    assert len(found.places) == 2
    assert not found.faults
    assert "同县同类同名" in found.notes[0].message


def test_each_row_may_name_its_system_and_is_kept_in_wgs84(read: object) -> None:
    lon, lat = from_wgs84(121.87, 29.48, Crs.GCJ02)
    said = {"lon": repr(lon), "lat": repr(lat)}
    one: ReadRows = read(table(having(**said, crs="高德")))  # type: ignore[operator]
    other: ReadRows = read(table(having(**said)), crs=Crs.GCJ02)  # type: ignore[operator]
    for found in (one, other):
        place = found.places[0]
        assert place.lon is not None
        assert place.lat is not None
        assert distance_m(place.lon, place.lat, 121.87, 29.48) <= 0.5


# ---- files ----------------------------------------------------------------------------------------------------------


def workbook(*lines: list[object]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_numbers_of_a_workbook_are_codes_without_decimals(read: object) -> None:
    content = workbook(list(HEADINGS), [330225001.0, "东街变", "变电站", 330225, None, 121.87, 29.48, None, None])
    found: ReadRows = read(content)  # type: ignore[operator]
    assert not found.faults
    assert (found.places[0].code, found.places[0].area, found.places[0].lon) == ("330225001", XIANGSHAN, 121.87)


def calculated(content: bytes, *values: str) -> bytes:
    """Return a workbook as a spreadsheet saves it: its first formulas have these types and values."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                for value in values:
                    text = re.sub(
                        rb'<c r="(\w+)"><f>(.*?)</f><v ?(?:/>|></v>)',
                        lambda found, value=value: (
                            b'<c r="%b" %b' % (found[1], value.replace(">F<", f">{found[2].decode()}<").encode())
                        ),
                        text,
                        count=1,
                    )
            new.writestr(part, text)
    return out.getvalue()


def test_a_formula_that_nobody_worked_out_is_named_with_its_cell_and_the_remedy(read: object) -> None:
    """A program that writes a workbook leaves formulas without values: their places would come in without points."""
    content = workbook(list(HEADINGS), GOOD, having(code="T2", name="西街公变", lon="=121+0.5", lat="=29+0.4"))
    found: ReadRows = read(content)  # type: ignore[operator]
    assert [place.code for place in found.places] == ["T1"]
    assert [(fault.row, fault.column) for fault in found.faults] == [(3, "经度"), (3, "纬度")]
    assert "单元格 F3 是公式" in found.faults[0].message
    assert "在 Excel 中打开并保存一次" in found.faults[0].message


def test_a_formula_that_was_worked_out_is_its_value_even_if_that_is_empty(read: object) -> None:
    content = workbook(
        list(HEADINGS),
        having(lon="=121+0.87", lat="=29+0.48", address='=IF(A2="","x","")'),
        having(code="T2", name="=B2"),
    )
    saved = calculated(
        content,
        't="str"><f>F</f><v></v>',
        "><f>F</f><v>121.87</v>",
        "><f>F</f><v>29.48</v>",
        't="e"><f>F</f><v>#REF!</v>',
    )
    found: ReadRows = read(saved)  # type: ignore[operator]
    assert [(place.code, place.address, place.lon, place.lat) for place in found.places] == [("T1", "", 121.87, 29.48)]
    (fault,) = found.faults
    assert (fault.row, fault.column) == (3, "名称")
    assert "单元格 B3 的公式出错(#REF!)" in fault.message


def test_a_text_that_begins_like_a_formula_is_a_text(read: object) -> None:
    book = sheets.written_xlsx([list(HEADINGS), having(address="=东街")], title="地点档案")
    found: ReadRows = read(book)  # type: ignore[operator]
    assert found.places[0].address == "=东街"


def test_a_column_that_is_not_looked_at_may_hold_any_formula_below_the_headings(read: object) -> None:
    content = workbook([*HEADINGS, ""], [*GOOD, "=1+1"])
    found: ReadRows = read(content)  # type: ignore[operator]
    assert len(found.places) == 1


def test_a_place_just_off_the_shore_is_brought_in_and_noted(read: object) -> None:
    """A jetty, perhaps; or a point of another system."""
    found: ReadRows = read(table(having(lon="122.302", lat="29.3")))  # type: ignore[operator]
    assert len(found.places) == 1
    assert [(note.row, note.column) for note in found.notes] == [(2, "经度")]
    assert "GCJ-02" in found.notes[0].message


@pytest.mark.parametrize("content", [table(), workbook(list(HEADINGS))])
def test_a_table_of_headings_only_says_that_it_has_no_rows(read: object, content: bytes) -> None:
    with pytest.raises(BadTable, match="没有数据行"):
        read(content)  # type: ignore[operator]


def test_empty_rows_count_in_the_numbers_and_are_no_faults(read: object) -> None:
    content = workbook(list(HEADINGS), [], having(code="T1"), [None] * 9, having(code="T2", kind="?"))
    found: ReadRows = read(content)  # type: ignore[operator]
    assert (len(found.places), [fault.row for fault in found.faults]) == (1, [5])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_of_any_usual_make_is_read(read: object, encoding: str, mark: str) -> None:
    text = "\r\n".join(mark.join(line) for line in (HEADINGS, having(aliases="东街变")))
    found: ReadRows = read(text.encode(encoding))  # type: ignore[operator]
    assert found.places[0].name == "东街1号公变"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "没有内容"),
        (b"\n\n", "没有内容"),
        (b"\xff\xfe\x00\x41", "UTF-8 或 GB18030"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx"),
        (b"a\x00b", "既不是 CSV"),
        ("编码,名称\n".encode(), "缺少表头:类别、县(区)编码"),
        ("编码,名称,类别,县(区)编码,颜色\n".encode(), "“颜色”不认识"),
        ("编码,编码,类别,县(区)编码\n".encode(), "出现两次"),
        ('编码,名称\n"T1,东街'.encode(), "引号"),
    ],
)
def test_a_file_that_is_no_table_of_places_is_refused_saying_what_to_do(
    read: object, content: bytes, said: str
) -> None:
    with pytest.raises(BadTable, match=None) as refused:
        read(content)  # type: ignore[operator]
    assert said in refused.value.message


def test_a_workbook_cut_in_half_is_refused(read: object) -> None:
    content = workbook(list(HEADINGS), having())
    with pytest.raises(BadTable, match="已损坏"):
        read(content[: len(content) // 2])  # type: ignore[operator]


def test_the_template_can_be_imported_as_it_is(read: object) -> None:
    found: ReadRows = read(sheets.written_xlsx(rows.template(), title="地点档案"))  # type: ignore[operator]
    assert len(found.places) == 1
    assert not found.faults


# ---- what is exported is imported equal -----------------------------------------------------------------------------

SIGNS = st.characters(codec="gb18030", exclude_categories=("C", "Z"), exclude_characters="、,;|,;")
WORD = st.text(SIGNS, min_size=1, max_size=12).filter(folded)
CODE = st.text("ABC0123456789-_.", min_size=1, max_size=12)
POINT = st.one_of(
    st.just((None, None)), st.tuples(st.floats(121.61, 122.2), st.floats(28.95, 29.65)).map(lambda at: (at[0], at[1]))
)
PLACE = st.builds(
    lambda code, kind, name, address, point, aliases: OwnPlace(
        code, kind, name, XIANGSHAN, address, *point, tuple(dict.fromkeys(aliases))
    ),
    CODE,
    st.sampled_from(OwnKind),
    WORD,
    st.one_of(st.just(""), WORD),
    POINT,
    st.lists(WORD, max_size=4),
)


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(PLACE, min_size=1, max_size=6, unique_by=lambda place: place.code),
    by=st.sampled_from(["csv", "xlsx"]),
)
def test_what_is_exported_is_imported_equal(tree: Areas, locator: Locator, places: list[OwnPlace], by: str) -> None:
    written = rows.written(places)
    content = sheets.written_csv(written) if by == "csv" else sheets.written_xlsx(written, title="地点档案")
    found = read_rows(sheets.read(content), tree, locator)
    assert not found.faults
    assert list(found.places) == places

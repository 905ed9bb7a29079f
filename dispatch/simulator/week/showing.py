"""A week in a few lines: booked by kind, refused and why, moved, left out and why, driven."""

from collections import Counter
from collections.abc import Iterator

from dispatch.capacity.taskwords import GridTaskState, NoTask
from dispatch.capacity.words import Appointment, BookingState, VisitKind

from .journal import Journal, Json
from .script import Week
from .takings import hurt_by


def report(week: Week, journal: Journal) -> Iterator[str]:
    """Yield the lines of the report."""
    final = journal.final.values()
    kinds = Counter(VisitKind(each["kind"]).label for each in final)
    promises = Counter(Appointment(each["appointment"]).label for each in final)
    states = Counter(BookingState(each["state"]).label for each in final)
    yield f"预约:来电 {week.bookings.n} 户,占到名额 {len(journal.made)} 户({_said(kinds)};{_said(promises)})"
    yield f"确认 {journal.confirmed} 户,未约成 {_said(journal.refused) or '无'}"
    yield f"取消 {journal.cancelled} 户,应客户改约 {journal.rescheduled} 户,改不成 {_said(journal.kept_at) or '无'}"
    moved = sum(each["moved_n"] for each in final)
    yield f"自动改期 {moved} 户次,失去名额须问客户 {sum(each['reoffered_n'] for each in final)} 户次"
    yield f"沿用往周的申报 {journal.inherited} 项"
    yield from _lists(journal)
    if journal.repairs:
        hurt = [(one, name) for one in journal.repairs for name in hurt_by(one)]
        asked = sum(one["bookings"][name]["state"] == "reoffered" for one, name in hurt)
        moved = sum(one["bookings"][name]["moved_n"] > one["was"][name]["moved_n"] for one, name in hurt)
        yield (
            f"抢修抽走队伍 {len(journal.repairs)} 次,影响 {len(hurt)} 户:换队 {len(hurt) - asked - moved} 户,"
            f"自动改期 {moved} 户,另约 {asked} 户"
        )
    done = [each for each in final if each["state"] == "done"]
    yield (
        f"上门 {len(done)} 户,按时 {sum(bool(each['kept']) for each in done)} 户;"
        f"客户不在 {sum(each['absent_n'] for each in final)} 户次,"
        f"爽约 {sum(each['missed_n'] for each in final)} 户次,结转 {sum(each['rolled_n'] for each in final)} 户次"
    )
    yield f"周末去向:{_said(states)}"
    if week.tasks is not None:
        tasks = Counter(GridTaskState(told["task"]["state"]).label for told in journal.tasks)
        untasked = Counter({NoTask(code).label: n for code, n in journal.untasked.items()})
        yield f"网格任务 {len(journal.tasks)} 项:{_said(tasks)};问而未得:{_said(untasked) or '无'}"


def _lists(journal: Journal) -> Iterator[str]:
    lists = [made for each in journal.frozen.values() for made in each]
    stops = [stop for made in lists for team in made["teams"] for stop in team["stops"]]
    left = [each for made in lists for each in made["left_out"]]
    drive_h = sum(stop["drive_s"] for stop in stops) / 3600
    out = sum(bool(team["stops"]) for made in lists for team in made["teams"])
    yield f"清单:{len(lists)} 份,{out} 队次出工,{len(stops)} 户,未排入 {len(left)} 户,去程行车 {drive_h:.1f} 小时"
    for code, n in sorted(Counter(each["code"] for each in left).items()):
        yield f"  未排入 {n} 户:{_example(left, code)}"


def _example(left: list[Json], code: str) -> str:
    one = next(each for each in left if each["code"] == code)
    helps = f"(可:{one['helps'][0]})" if one["helps"] else ""
    return f"如 {one['sentence']}{helps}"


def _said(counted: Counter[str]) -> str:
    return "、".join(f"{name} {n}" for name, n in counted.most_common())

"""What is published of an outage in words (停电范围), made from its fields, never the other way round. Domain 4.2."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.clock import CHINA

from .model import Node, Outage, OutageKind


@dataclass(frozen=True, slots=True)
class Extent:
    """How much hangs on a node."""

    households: int = 0
    laterals: int = 0
    public: int = 0  # 公变 transformers
    dedicated: int = 0  # 专变 transformers
    protected: int = 0  # customers whose supply is protected


def scope(path: Sequence[Node], extent: Extent) -> str:
    """
    Say what part of the network is without power.

    :param path: the node, and all above it, nearest first
    """
    where = "".join(node.said for node in reversed(path[:3]))
    parts = [
        f"支线{extent.laterals}条" if extent.laterals else "",
        f"公变{extent.public}台" if extent.public else "",
        f"专变{extent.dedicated}台" if extent.dedicated else "",
        f"影响客户{extent.households}户",
        f"其中重要及敏感客户{extent.protected}户" if extent.protected else "",
    ]
    return f"{where}停电,{'、'.join(part for part in parts if part)}"


def when(at: datetime) -> str:
    """Say an instant as one says it on the telephone, in Beijing time."""
    local = at.astimezone(CHINA)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def sentence(outage: Outage) -> str:
    """Return the published text: what is dark, why, since when, until when."""
    back = outage.etr_at or (outage.ends_at if outage.is_planned else None)
    why = f",原因:{outage.cause}" if outage.cause else ""
    until = f",预计{when(back)}恢复供电" if back else ",预计恢复时间待现场确认后公布"
    since = "起" if outage.kind is OutageKind.FAULT else "开始"
    return f"【{outage.kind.label}】{outage.text}{why};{when(outage.begins_at)}{since}{until}"

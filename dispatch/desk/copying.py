"""That a table left the system as a file (导出) is kept in the audit: which, under what conditions, how many rows."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dispatch.accounts.model import Account

from .room import Desk

AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, 'export', $3, $4, $5)
"""


async def copied(desk: Desk, table: str, asked: Mapping[str, Any], *, rows: int, by: Account, at: datetime) -> None:
    """
    Keep in the audit who took a table out of the system.

    :param asked: the conditions, as JSON can hold them
    """
    area = asked.get("area") or by.area
    details = json.dumps({"asked": dict(asked), "rows": rows}, ensure_ascii=False)
    async with desk.db.transaction() as tx:
        await tx.execute(AUDIT, at, by.id, table, area, details)

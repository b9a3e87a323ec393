"""What the rules need to know about one record; nothing else of it reaches a calculation."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class RecordFacts:
    """The facts of one adverse record.

    ``categories``: 处罚类别 as written, one or several; ``content``: 处罚内容; ``fine_amount`` in yuan;
    ``sector``: a code of :class:`policy.sectors.Sector`; ``serious_list``: entered in a 严重失信主体名单;
    ``minor_declared``: the determining authority reported it as 轻微; ``conduct_ended``: last day of the conduct.
    ``catalogue``: ``national`` for what the 全国公共信用信息基础目录 lists (penalties, lists of serious offenders,
    lists of abnormal operation), ``local`` for what only a local supplement lists. All days are days in
    Asia/Shanghai.
    """

    decision_date: dt.date
    categories: tuple[str, ...]
    content: str
    fine_amount: Decimal | None
    is_person: bool
    sector: str = ""
    serious_list: bool = False
    minor_declared: bool = False
    summary_procedure: bool = False
    conduct_ended: dt.date | None = None
    catalogue: str = "national"

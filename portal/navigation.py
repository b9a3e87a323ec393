"""Which pages stand in the header, by role."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notices.queries import unread
from parties.models import User

PUBLIC = [
    ("portal:register", _("公示查询")),
    ("portal:guidance", _("办事指南")),
    ("portal:progress", _("查办理进度")),
    ("notices:verify", _("核验文书")),
]
_DESK = [
    ("casework:desk", _("待办台")),
    ("casework:cases", _("全部办件")),
    ("records:import", _("信息录入")),
    ("records:changes", _("记录变动")),
    ("records:queries", _("授权查询")),
    ("portal:register", _("公示查询")),
    ("notices:verify", _("核验文书")),
    ("policy:rules", _("规则")),
    ("portal:figures", _("统计")),
]
BY_ROLE = {
    User.Role.ENTERPRISE: [
        ("portal:my_records", _("我的失信信息")),
        ("notices:inbox", _("收到的文书")),
        ("portal:guidance", _("办事指南")),
        ("portal:register", _("公示查询")),
    ],
    User.Role.OFFICER: _DESK,
    User.Role.APPROVER: _DESK,
    User.Role.AUDITOR: [
        ("portal:journal", _("日志")),
        ("portal:figures", _("统计")),
        ("casework:cases", _("全部办件")),
        ("exchange:deliveries", _("平台投递")),
        ("policy:rules", _("规则")),
        ("records:queries", _("查询记录")),
        ("portal:register", _("公示查询")),
        ("notices:verify", _("核验文书")),
    ],
    User.Role.ADMINISTRATOR: [
        ("portal:work", _("待处理的故障")),
        ("portal:figures", _("统计")),
        ("exchange:deliveries", _("平台投递")),
        ("records:import", _("信息录入")),
        ("policy:rules", _("规则")),
        ("portal:register", _("公示查询")),
        ("admin:index", _("配置")),
    ],
    User.Role.PLATFORM: PUBLIC,
}
#: The first page after sign-in.
FIRST_PAGE = {
    User.Role.ENTERPRISE: "portal:my_records",
    User.Role.OFFICER: "casework:desk",
    User.Role.APPROVER: "casework:desk",
    User.Role.AUDITOR: "portal:journal",
    User.Role.ADMINISTRATOR: "portal:work",
    User.Role.PLATFORM: "portal:home",
}


#: Inner pages whose address does not begin with their room's: the room that stands in the header.
ROOM_OF = {
    "records:prior_reminders": "records:changes",
    "records:report_change": "records:changes",
    "records:about_me": "portal:my_records",
    "records:explanation": "portal:my_records",
}
#: The pages on which an applicant files and follows a case belong to the records.
CASE_ROOMS = {"casework", "repair", "objections", "deferrals"}


@dataclass(frozen=True)
class Item:
    """One entry of the header's navigation."""

    text: str
    url: str
    current: bool = False
    count: int = 0


def items_for(request: HttpRequest) -> list[Item]:
    """Return the navigation of whoever is asking, with the page one is on marked."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    entries = BY_ROLE.get(user.role, PUBLIC) if signed_in else PUBLIC
    room = _room(request)
    items = []
    for name, text in entries:
        url = reverse(name)
        current = name == room or request.path == url or (url != "/" and request.path.startswith(url))
        items.append(Item(text, url, current, _unread(user) if name == "notices:inbox" else 0))
    return items


def _room(request: HttpRequest) -> str:
    """Return the entry of the header that the page belongs to although its address does not say so."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ""
    filing = match.namespace in CASE_ROOMS and getattr(request.user, "role", None) == User.Role.ENTERPRISE
    return "portal:my_records" if filing else ROOM_OF.get(match.view_name, "")


def _unread(user: User) -> int:
    """How many notices in the user's inbox have not been opened."""
    return unread(user).count()

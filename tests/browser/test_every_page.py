"""Every page that somebody can reach by links from their first page: no barrier, nothing sideways, no error.

One page of each kind: on a desk in Chinese, on a small phone in English (its words are longer).
"""

import csv
import datetime as dt
import re
from collections import deque
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from config.journey import receipt_picture
from exchange.models import Delivery
from notices import tasks
from parties import actions as parties
from parties.models import User
from portal.navigation import FIRST_PAGE
from records import actions as records
from records.enquiries.actions import ask, ask_own
from records.intake.run import import_file
from records.life.models import UpstreamChange
from records.uploads import inspect
from tests import portal_scene
from tests.browser.conftest import DESK, PHONE
from tests.integration.test_records_queries import authorised
from tests.records_world import row

#: Not pages of ours, or ways out: files, Django's own pages of 配置, signing out.
LEAVE = re.compile(
    r"\.(pdf|png|csv|json)$|/pdf/$|/document/$|/proof/|^/evidence/|^/admin/.|logout|/language/|^/static/"
)
#: What each role must be able to find by links alone.
FINDS = {
    None: {"portal:register", "portal:entry", "portal:guidance", "portal:progress", "notices:verify", "account_login"},
    "enterprise": {
        *("portal:my_record", "notices:detail", "records:about_me", "records:explanation", "portal:guidance"),
        *("repair:apply", "objections:apply", "deferrals:apply", "casework:supplement"),
    },
    "officer": {
        *("casework:desk", "casework:case", "records:import", "records:import_run", "records:aliases"),
        *("records:identity", "records:identity_item", "records:propose_mapping", "records:propose_correction"),
        *("records:changes", "records:change", "records:queries", "records:new_query", "records:query"),
        *("policy:rules", "policy:rule", "policy:calendar", "portal:figures"),
    },
    "approver": {"casework:desk", "records:moderate", "records:prior_reminders", "portal:figures", "policy:rules"},
    "auditor": {
        *("portal:journal", "casework:cases", "exchange:deliveries", "exchange:platform", "exchange:delivery"),
        *("records:queries", "portal:figures", "policy:rules", "notices:verify"),
    },
    "administrator": {
        *("portal:work", "exchange:deliveries", "exchange:platform", "records:import", "policy:rules", "admin:index"),
        "portal:figures",
    },
}


@pytest.fixture
def scene(transactional_db, monkeypatch, tmp_path):
    """The portal's scene, with something in every room that has a list."""
    monkeypatch.setattr(tasks, "render_pdf", lambda notice: b"%PDF-1.7 " + notice.number.encode())
    scene = portal_scene.build()
    people, ready = scene.people, scene.records["ready"]
    records.explain(people["enterprise"], ready, "标签是供货方印错的，我们已全部下架并更换。")
    records.report_change(
        people["officer"],
        scene.records["early"],
        kind=UpstreamChange.Kind.ANNUL,
        document_number="青政复决〔2026〕9号",
        effective_on=timezone.localdate() - dt.timedelta(days=1),
        decided_by="青屿区人民政府",
        reason="主要事实不清，依法撤销。",
        document=inspect(receipt_picture(1)),
        values=None,
    )
    # A platform that does not answer: the longest words of a status.
    retried = Delivery.objects.filter(status=Delivery.Status.FAILED).get()
    retried.status, retried.next_at = Delivery.Status.PENDING, timezone.now() + dt.timedelta(hours=1)
    retried.save()
    code = scene.subject.code
    parties.propose_mapping(people["officer"], "organisation", code[8:17], code, "营业执照副本", scene.subject.name)
    parties.propose_correction(people["officer"], scene.subject, "name", "青屿海澜食品集团有限公司", "变更登记通知书")
    ask(people["officer"], authorised(code=code, authorised_by=scene.subject.name))
    tasks.render(ask_own(people["enterprise"], scene.subject).pk)
    path = tmp_path / "双公示.csv"
    with path.open("w", encoding="gb18030", newline="") as stream:
        lines = [row(处罚机关=scene.market.name), row(统一社会信用代码="123", 处罚机关=scene.market.name)]
        writer = csv.DictWriter(stream, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    for _result in import_file(path, source=scene.market.name, actor=people["officer"]):
        pass
    return scene


def kind_of_page(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return path


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("role", FINDS)
def test_every_page(new_page, live_server, sign_in, axe, scene, role, size):
    page = new_page(viewport=PHONE if size == "phone" else DESK)
    language = "en" if size == "phone" else "zh-hans"
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    waiting = deque(["/", reverse("account_login"), "/register/?q=青屿海澜"])
    if role:
        sign_in(page, scene.people[role])
        waiting = deque(["/", reverse(FIRST_PAGE[User.Role(role)])])
    seen, problems = set(), []
    while waiting:
        address = waiting.popleft()
        path = urlsplit(address).path
        kind = kind_of_page(path) + ("?" if "?" in address else "")
        if kind in seen or LEAVE.search(path):
            continue
        seen.add(kind)
        answer = page.goto(live_server.url + address)
        if answer.status >= 400:
            problems.append(f"{address}: {answer.status}")
            continue
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            problems.append(f"{address} scrolls sideways")
        if not path.startswith("/admin/"):
            try:
                axe(page)
            except AssertionError as found:
                problems.append(str(found))
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        for link in links:
            parts = urlsplit(link)
            if link.startswith(live_server.url) and not parts.query.startswith("page="):
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    assert not problems, "\n".join(problems)
    assert not FINDS[role] - seen, f"not found by links: {FINDS[role] - seen}"

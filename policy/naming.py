"""Rules in words: the name of a key, its topic, and its value with its unit, in the page's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policy import ways

#: Topics in the order of the page, and the first parts of the keys that belong to each.
TOPICS = (
    (gettext_lazy("分类标准"), ("classify",)),
    (gettext_lazy("公示期限"), ("publicity",)),
    (
        gettext_lazy("修复的条件、方式和限制"),
        ("repair", "relief", "commitment", "bar", "deferral", "explanation", "volunteering", "donation"),
    ),
    (gettext_lazy("办理期限"), ("accept", "decide", "supplement", "whole", "objection")),
    (gettext_lazy("报送、归集和保存"), ("report", "intake", "record", "archive", "query", "overdue", "summon")),
    (gettext_lazy("撤销和同步"), ("upstream", "sync")),
    (gettext_lazy("文书、送达和救济"), ("notice", "notices", "service", "remedy", "fine")),
    (gettext_lazy("其他"), ()),
)

NAMES = {
    "accept.working_days": gettext_lazy("受理期限"),
    "archive.after_cap": gettext_lazy("披露期限届满以后"),
    "archive.deletion_allowed": gettext_lazy("可以删除信息"),
    "archive.log_months": gettext_lazy("网络日志至少保存"),
    "bar.after_repair_months": gettext_lazy("限制：距上次修复"),
    "bar.broken_commitment_years": gettext_lazy("限制：违反信用承诺"),
    "bar.false_materials_reasons": gettext_lazy("哪些不予修复的理由是提交虚假材料"),
    "bar.false_materials_years": gettext_lazy("限制：提交虚假材料"),
    "bar.repairs_in_years": gettext_lazy("限制：修复次数"),
    "bar.same_kind_in_years": gettext_lazy("限制：同类失信行为的修复次数"),
    "bar.sector_unrepairable": gettext_lazy("限制：整个领域不可修复"),
    "calendar.statutory_days": gettext_lazy("日期固定的法定节假日"),
    "classify.general.rest": gettext_lazy("其余处罚为一般"),
    "classify.known_categories": gettext_lazy("从处罚内容识别的处罚类别"),
    "classify.minor.categories": gettext_lazy("轻微：处罚类别"),
    "classify.minor.declared": gettext_lazy("轻微：从认定单位的认定"),
    "classify.minor.summary_procedure": gettext_lazy("轻微：简易程序处罚"),
    "classify.serious.categories": gettext_lazy("严重：处罚类别"),
    "classify.serious.fine_from": gettext_lazy("严重：罚款起点"),
    "classify.serious.list": gettext_lazy("严重：列入严重失信主体名单"),
    "classify.several": gettext_lazy("同一决定有多种处罚"),
    "classify.summary.fine_entity_up_to": gettext_lazy("简易程序罚款上限：单位"),
    "classify.summary.fine_person_up_to": gettext_lazy("简易程序罚款上限：公民"),
    "commitment.objection_text": gettext_lazy("异议申诉信用承诺书"),
    "commitment.per_record": gettext_lazy("一条信息一份承诺书"),
    "commitment.published": gettext_lazy("承诺书上网公示"),
    "commitment.text": gettext_lazy("信用承诺书的内容"),
    "decide.extension_times": gettext_lazy("办结可以延长几次"),
    "decide.extension_working_days": gettext_lazy("办结延长期限"),
    "decide.working_days": gettext_lazy("受理后办结期限"),
    "deferral.accept_working_days": gettext_lazy("延期申请的受理期限"),
    "deferral.decide_working_days": gettext_lazy("延期申请的办理期限"),
    "deferral.decided_by": gettext_lazy("延期缴纳由谁批准"),
    "deferral.maximum_months": gettext_lazy("一次延期最长"),
    "donation.receipt_fields": gettext_lazy("捐赠票据的内容"),
    "explanation.maximum_characters": gettext_lazy("自主解释的长度"),
    "fine.late_percent_per_day": gettext_lazy("逾期不缴罚款每日加处"),
    "intake.corrected_minor_collected": gettext_lazy("归集轻微且已消除危害的处罚"),
    "intake.push_working_days": gettext_lazy("收到申请后推送、登记"),
    "intake.summary_procedure_collected": gettext_lazy("归集简易程序处罚"),
    "notice.number_style": gettext_lazy("文号的写法"),
    "notices.publicity_announced": gettext_lazy("送达时告知将要公示"),
    "notices.together": gettext_lazy("两书同达"),
    "objection.assisted_working_days": gettext_lazy("异议处理期限：需其他单位协助"),
    "objection.mark_working_days": gettext_lazy("异议标注期限"),
    "objection.own_working_days": gettext_lazy("异议处理期限：本单位范围内"),
    "objection.scope": gettext_lazy("可以提出异议的内容"),
    "overdue.reminder_days": gettext_lazy("先提醒、后记录的改正期限"),
    "overdue.reminder_first": gettext_lazy("图书逾期先提醒再记录"),
    "publicity.automatic_stop": gettext_lazy("最长公示期满自动停止"),
    "publicity.disclose_working_days": gettext_lazy("决定后公示的期限"),
    "publicity.general.maximum_months": gettext_lazy("一般：最长公示期"),
    "publicity.general.minimum_months": gettext_lazy("一般：最短公示期"),
    "publicity.general.publicised": gettext_lazy("一般：是否公示"),
    "publicity.minor.maximum_months": gettext_lazy("轻微：最长公示期"),
    "publicity.minor.minimum_months": gettext_lazy("轻微：最短公示期"),
    "publicity.minor.publicised": gettext_lazy("轻微：是否公示"),
    "publicity.minor.unpublicised_categories": gettext_lazy("轻微：其中不公示的处罚类别"),
    "publicity.persons.publicised": gettext_lazy("自然人：是否公示"),
    "publicity.province_cap_years": gettext_lazy("披露期限：自行为终止之日起"),
    "publicity.serious.maximum_months": gettext_lazy("严重：最长公示期"),
    "publicity.serious.minimum_months": gettext_lazy("严重：最短公示期"),
    "publicity.serious.publicised": gettext_lazy("严重：是否公示"),
    "publicity.spot_check_follows": gettext_lazy("抽查结果随处罚停止公示"),
    "publicity.start": gettext_lazy("公示期从哪天起算"),
    "publicity.transition": gettext_lazy("施行前的决定适用哪天的规定"),
    "publicity.waits_for_service": gettext_lazy("公示要等两书送达"),
    "query.kept_years": gettext_lazy("查询记录保存年限"),
    "query.self_free": gettext_lazy("免费查询自己的信息"),
    "record.local_catalogue": gettext_lazy("只由本区目录列入的信息"),
    "record.positive_information": gettext_lazy("记为其他信息的善行"),
    "record.serious_names_responsible_person": gettext_lazy("严重失信信息写明负责人"),
    "relief.ways": gettext_lazy("减少失信损失的方式"),
    "remedy.review_days": gettext_lazy("申请行政复议的期限"),
    "remedy.suit_months": gettext_lazy("提起行政诉讼的期限"),
    "repair.conditions": gettext_lazy("修复的条件"),
    "repair.donation.minimum_yuan": gettext_lazy("慈善捐助修复的最低金额"),
    "repair.during_reorganisation": gettext_lazy("重整计划执行期间可以申请"),
    "repair.materials": gettext_lazy("修复的申请材料"),
    "repair.scope": gettext_lazy("可以修复的信息"),
    "repair.steps": gettext_lazy("修复的办事步骤"),
    "repair.temporary_for_reorganisation": gettext_lazy("重整企业临时修复"),
    "repair.volunteering.minimum_hours": gettext_lazy("志愿服务修复的最低小时数"),
    "repair.ways.local": gettext_lazy("修复方式：地方信息"),
    "repair.ways.national": gettext_lazy("修复方式：国家目录内的信息"),
    "report.working_days": gettext_lazy("决定后报送期限"),
    "service.announcement_days": gettext_lazy("公告送达"),
    "service.days": gettext_lazy("决定书送达期限"),
    "summon.kinds": gettext_lazy("约谈的种类"),
    "supplement.answer_working_days": gettext_lazy("补正期限"),
    "supplement.times": gettext_lazy("补正次数"),
    "sync.authoritative_source": gettext_lazy("显示不一致时以谁为准"),
    "sync.cross_province_working_days": gettext_lazy("跨省推送修复信息"),
    "sync.receive_working_days": gettext_lazy("平台更新期限"),
    "sync.share_working_days": gettext_lazy("修复后共享期限"),
    "upstream.revocation_working_days": gettext_lazy("原决定撤销、变更后的处理期限"),
    "upstream.withdraw_working_days": gettext_lazy("原决定撤销后撤回公开的期限"),
    "volunteering.certificate_fields": gettext_lazy("志愿服务证明的内容"),
    "whole.working_days": gettext_lazy("全程期限"),
}

_UNITS = {
    "months": gettext_lazy("%(value)s 个月"),
    "years": gettext_lazy("%(value)s 年"),
    "working_days": gettext_lazy("%(value)s 个工作日"),
    "days": gettext_lazy("%(value)s 天"),
    "hours": gettext_lazy("%(value)s 小时"),
    "times": gettext_lazy("%(value)s 次"),
    "characters": gettext_lazy("%(value)s 字"),
    "percent": gettext_lazy("%(value)s%%"),
    "times_in_years": gettext_lazy("%(years)s 年内 %(times)s 次"),
}

_WORDS = {
    "today": gettext_lazy("今天的规定"),
    "decision": gettext_lazy("决定当日的规定"),
    "decision_date": gettext_lazy("决定之日"),
    "longest": gettext_lazy("公示期最长的"),
    "heaviest": gettext_lazy("最重的"),
    "authority": gettext_lazy("作出处罚的机关"),
}


def name_of(key: str) -> str:
    """Return what a rule is called; the key itself where nobody gave it a name."""
    return str(NAMES.get(key, key))


def topic_of(key: str) -> int:
    """Return the place of a rule's topic in :data:`TOPICS`."""
    first = key.partition(".")[0]
    return next((place for place, (_name, parts) in enumerate(TOPICS) if first in parts), len(TOPICS) - 1)


def items_of(value: Any, unit: str) -> list[str]:
    """Return the entries of a rule that is a list, each in words; nothing for a single value."""
    if not isinstance(value, list):
        return []
    if unit == "ways":
        return [ways.names().get(item, str(item)) for item in value]
    return [" ".join(map(str, item.values())) if isinstance(item, dict) else str(item) for item in value]


def in_words(value: Any, unit: str) -> str:
    """Return a rule's value with its unit: ``3 个月``, ``是``, ``警告、通报批评``."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(items_of(value, unit)) or _("（没有）")
    if unit == "yuan":
        return _("%(amount)s 元") % {"amount": f"{value:,}"}
    if unit == "text":
        return str(_WORDS.get(value, value))
    if unit in _UNITS:
        try:
            return str(_UNITS[unit]) % (value if isinstance(value, dict) else {"value": value})
        except (KeyError, TypeError):
            return str(value)
    return str(value)

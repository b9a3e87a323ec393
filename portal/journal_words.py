"""The journal's verbs and things in plain words, for those who read it. The journal itself keeps the codes."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from casework.models import Case

#: What is done in a case of any kind; the kind stands before it.
CASE_VERBS = {
    "start": _("开始填写"),
    "describe": _("填写申请内容"),
    "attach_evidence": _("上传材料"),
    "withdraw_evidence": _("取回材料"),
    "sign_commitment": _("签署承诺书"),
    "submit": _("提交"),
    "accept": _("受理"),
    "decline": _("不予受理"),
    "request_supplement": _("要求补正"),
    "answer_supplement": _("补正完成"),
    "claim": _("接手办理"),
    "release": _("放回待办"),
    "propose": _("拟定延期到哪一天"),
    "verify": _("记录核实结果"),
    "recommend": _("初审完成，送复核"),
    "extend_decision": _("延长办理期限"),
    "send_back": _("退回初审"),
    "decide": _("作出决定"),
    "withdraw": _("申请人撤回"),
    "end": _("信息不再公示或使用，终止办理"),
}
#: What an announced calendar does to a deadline, in whatever room it runs.
DEADLINE_VERBS = {
    "deadline_moved": _("放假安排公布，期限重算"),
    "deadline_confirmed": _("放假安排公布，期限不再暂定"),
}
#: What an administrator does on the pages of 配置.
ADMIN_VERBS = {"add": _("在配置里新增"), "change": _("在配置里修改"), "delete": _("在配置里删除")}
VERBS = {
    "demo.create_user": _("建立演示账号"),
    "exchange.activate": _("启用平台"),
    "exchange.backfill": _("向平台补发"),
    "exchange.change_url": _("更改平台接收地址"),
    "exchange.confirm": _("平台回执"),
    "exchange.deactivate": _("停用平台"),
    "exchange.give_up": _("多次发送失败，等人处理"),
    "exchange.issue_token": _("发接口令牌"),
    "exchange.retire_secret": _("停用旧签名密钥"),
    "exchange.retry": _("重新发送"),
    "exchange.rotate_secret": _("更换签名密钥"),
    "exchange.subscribe": _("登记平台"),
    "notices.issue": _("制发文书"),
    "notices.recall": _("收回文书"),
    "notices.render": _("生成文书文件"),
    "notices.render_failed": _("文书文件没有生成"),
    "notices.retry": _("重新生成文书文件"),
    "notices.revoke": _("撤销文书"),
    "notices.serve": _("送达文书"),
    "parties.apply_correction": _("启用更正"),
    "parties.apply_mapping": _("启用代码对照"),
    "parties.check_correction": _("核对更正"),
    "parties.check_mapping": _("核对代码对照"),
    "parties.create_token": _("建立接口令牌"),
    "parties.propose_correction": _("提出名称或代码更正"),
    "parties.propose_mapping": _("提出代码对照"),
    "parties.reject_correction": _("不采纳更正"),
    "parties.reject_mapping": _("不采纳代码对照"),
    "parties.revoke_token": _("停用接口令牌"),
    "policy.import_holidays": _("载入放假安排"),
    "policy.load": _("载入规则"),
    "policy.verify": _("登记规则已核验"),
    "records.adopt": _("采纳更正"),
    "records.confirm_change": _("核实原决定的撤销或变更"),
    "records.correct": _("更正信息"),
    "records.decline_explanation": _("不采用说明"),
    "records.defer": _("准予延期，暂停公示"),
    "records.dismiss": _("不采纳更正"),
    "records.dismiss_change": _("不采纳撤销或变更的报告"),
    "records.drop_upload": _("放弃没有录入的上传"),
    "records.expire": _("公示期满"),
    "records.explain": _("当事人作说明"),
    "records.export_queries": _("导出查询记录"),
    "records.forget": _("取消列名对照"),
    "records.import": _("录入文件"),
    "records.late_recounted": _("重算迟报天数"),
    "records.mark": _("加注异议"),
    "records.note_corrected": _("登记已改正"),
    "records.notified": _("提醒可以申请修复"),
    "records.notify": _("告知当事人"),
    "records.propose": _("拟更正"),
    "records.publicise": _("开始公示"),
    "records.query": _("查询"),
    "records.register": _("登记信息"),
    "records.release_query": _("到期后清除查询内容"),
    "records.remind_first": _("先行提醒"),
    "records.repair": _("终止公示"),
    "records.report_change": _("报告原决定撤销或变更"),
    "records.resume": _("延期届满，恢复公示"),
    "records.revoke": _("撤销信息"),
    "records.show_explanation": _("展示说明"),
    "records.teach": _("记住列名对照"),
    "records.undo": _("整批撤回录入"),
    "records.undo_record": _("撤回一条录入"),
    "records.undone": _("撤回完成"),
    "records.unmark": _("取消异议标注"),
    "records.upload": _("上传文件，等待预览"),
    "records.withdraw_explanation": _("取回说明"),
}


def verb_in_words(verb: str) -> str:
    """Return what a verb says, e.g. 信用修复：受理; the code itself when nobody has given it words."""
    if words := VERBS.get(verb):
        return str(words)
    room, _dot, name = verb.partition(".")
    if room in Case.Kind.values and name in CASE_VERBS:
        return f"{Case.Kind(room).label}：{CASE_VERBS[name]}"
    if name in DEADLINE_VERBS:
        return str(DEADLINE_VERBS[name])
    if name.startswith("admin_"):
        return str(ADMIN_VERBS.get(name.removeprefix("admin_"), verb))
    return verb


def thing_in_words(thing_type: str) -> str:
    """Return the name of a kind of thing, e.g. 文书; the code itself for a kind that is no more."""
    try:
        return str(apps.get_model(thing_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return thing_type


def verbs_saying(text: str) -> list[str]:
    """Return the codes whose words contain a text, so that the filter finds 送达 as well as notices.serve."""
    known = [*VERBS, *(f"{kind}.{name}" for kind in Case.Kind.values for name in CASE_VERBS)]
    return [verb for verb in known if text in verb_in_words(verb)]

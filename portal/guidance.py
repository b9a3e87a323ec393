"""The numbers the guidance page names, read from the rules in force."""

from django.utils import timezone
from django.utils.translation import gettext as _

from policy.rulebook import MissingRule, RuleBook, RuleValue

_KEYS = {
    "accept": "accept.working_days",
    "decide": "decide.working_days",
    "general_minimum": "publicity.general.minimum_months",
    "general_maximum": "publicity.general.maximum_months",
    "serious_minimum": "publicity.serious.minimum_months",
    "serious_maximum": "publicity.serious.maximum_months",
    "objection_own": "objection.own_working_days",
    "objection_assisted": "objection.assisted_working_days",
    "objection_mark": "objection.mark_working_days",
    "review": "remedy.review_days",
    "suit": "remedy.suit_months",
    "supplement": "supplement.answer_working_days",
}


def limits_in_force() -> dict[str, RuleValue]:
    """Return the limits the guidance names, with their basis; one that no rule gives today is left out."""
    book = RuleBook.load(timezone.localdate())
    found = {}
    for name, key in _KEYS.items():
        try:
            found[name] = book.value(key)
        except MissingRule:
            continue
    return found


def places_elsewhere() -> list[tuple[str, str, str]]:
    """Return what is often confused with this office's work: the matter, who is in charge, what to do."""
    return [
        (
            _("银行征信报告有逾期或错误"),
            _("中国人民银行征信中心和报送的银行"),
            _("向征信中心或放款银行提出征信异议。本单位看不到、也改不了征信报告。"),
        ),
        (
            _("被列为失信被执行人"),
            _("立案执行的人民法院"),
            _("履行判决后，向执行法院申请删除或屏蔽。"),
        ),
        (
            _("纳税信用级别低"),
            _("主管税务机关"),
            _("在电子税务局申请纳税信用复评或修复。"),
        ),
        (
            _("海关企业信用等级"),
            _("注册地海关"),
            _("按海关的企业信用管理规定申请。"),
        ),
        (
            _("被列入经营异常名录"),
            _("登记地市场监督管理部门"),
            _("改正后，在国家企业信用信息公示系统申请移出。"),
        ),
        (
            _("其他地方公示的失信信息"),
            _("作出认定的单位"),
            _("谁认定、谁修复：在“信用中国”网站向认定单位申请。"),
        ),
    ]

"""Sectors (领域) that a rule may be limited to: the codes that ``Rule.sectors`` and a record's sector use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    """Fields of supervision. Stable codes; the names are for people."""

    MARKET = "market", _("市场监管")
    FOOD = "food", _("食品")
    DRUG = "drug", _("药品")
    SPECIAL_EQUIPMENT = "special_equipment", _("特种设备")
    WORK_SAFETY = "work_safety", _("安全生产")
    FIRE = "fire", _("消防")
    ENVIRONMENT = "environment", _("生态环境")
    TAX = "tax", _("税务")
    TRANSPORT = "transport", _("交通运输")
    CULTURE_TOURISM = "culture_tourism", _("文化和旅游")
    LABOUR = "labour", _("人力资源和社会保障")
    CONSTRUCTION = "construction", _("住房和城乡建设")
    HEALTH = "health", _("卫生健康")
    CITY = "city", _("城市管理")
    OTHER = "other", _("其他")

"""Our words for what Django checks in every text field by itself."""

from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _


def use_our_words() -> None:
    """Replace Django's sentences that no form can leave out. A field with a sentence of its own keeps it.

    Set on the validators rather than on the fields: fields made before the start of this room have them too.
    """
    ProhibitNullCharactersValidator.message = _("里面有看不见的特殊字符，请删掉这一项，重新手工输入。")
    MaxLengthValidator.message = _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请写短一些。")

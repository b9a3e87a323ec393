"""统一社会信用代码: GB 32100-2015, with the organisation code of GB 11714-1997 inside.

Position 1 registrar, 2 category, 3-8 region (GB/T 2260), 9-17 organisation code with its own check character,
18 check character (mod 31). A good check character alone proves little: 000000000000000000 has one.
"""

import random
from functools import lru_cache
from operator import mul

from django.utils.translation import gettext as _

from parties.folding import MASK, CodeCheck, CodeReason, fold

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALUES = {char: value for value, char in enumerate(ALPHABET)}
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
#: Letters that the code does not use because they look like digits, and the digit they are usually meant to be.
LOOK_ALIKES = {"I": "1", "O": "0", "Z": "2", "S": "5", "V": "U"}

#: Registrar (登记管理部门) -> the categories (机构类别) it gives. 54 and 55 (居委会, 村委会) came after 2015.
CATEGORIES = {
    "1": "1239",  # 机构编制: 机关, 事业单位, 编办直接管理的群众团体, 其他
    "2": "19",  # 外交: 外国常驻新闻机构, 其他
    "3": "123459",  # 司法行政: 律师, 公证, 基层法律服务, 司法鉴定, 仲裁, 其他
    "4": "19",  # 文化: 外国在华文化中心, 其他
    "5": "123459",  # 民政: 社会团体, 民办非企业单位, 基金会, 居委会, 村委会, 其他
    "6": "129",  # 旅游: 外国、港澳台旅游部门常驻代表机构, 其他
    "7": "129",  # 宗教: 宗教活动场所, 宗教院校, 其他
    "8": "19",  # 工会: 基层工会, 其他
    "9": "123",  # 市场监管（工商）: 企业, 个体工商户, 农民专业合作社
    "A": "19",  # 中央军委改革和编制办公室: 军队事业单位, 其他
    "N": "1239",  # 农业: 组级、村级、乡镇级集体经济组织, 其他
    "Y": "1",  # 其他
}
#: GB/T 2260 provinces; 10 for the nation (100000), 66 for 新疆生产建设兵团.
# fmt: off
PROVINCES = frozenset({
    "10", "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "66", "71", "81", "82",
})
# fmt: on


def check_code(text: str) -> CodeCheck:
    """Return whether the text is a unified social credit code, what was read, what was folded and what is wrong.

    Width, case, blanks, hyphens and invisible characters are folded; letters are never guessed. A resident's number
    comes back masked.
    """
    code, folded = fold(text)
    if _is_sound(code):
        return CodeCheck(True, code, [], folded)
    reasons = list(_wrong(code))
    if any(reason.code == "identity_number" for reason in reasons):
        code = mask_identity_number(code)
    return CodeCheck(not reasons, code, reasons, folded)


@lru_cache(maxsize=1000)
def _is_sound(code: str) -> bool:
    """Whether nothing at all is wrong, without a word about it. An intake asks about the same few authorities."""
    return len(code) == 18 and not set(code) - VALUES.keys() and not any(_wrong_parts(code))


def inner_check_character(body: str) -> str:
    """Return the check character of an organisation code (GB 11714) for its first 8 characters."""
    value = 11 - sum(int(char, 36) * weight for char, weight in zip(body, INNER_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(value, str(value))


def check_character(first17: str) -> str:
    """Return the check character of a unified social credit code for its first 17 characters."""
    total = sum(map(mul, map(VALUES.__getitem__, first17), WEIGHTS))
    return ALPHABET[-total % 31]


def fold_old_code(text: str) -> str:
    """Return an older code (工商注册号, 组织机构代码, 税务登记号) as it is compared: half width, upper case, no blanks."""
    return fold(text)[0]


def registration_number_holds(number: str) -> bool:
    """Whether a 15-digit 工商注册号 has a good check digit (GS 15-2006: ISO 7064 MOD 11,10)."""
    if len(number) != 15 or not (number.isascii() and number.isdigit()):
        return False
    product = 10
    for digit in number[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(number[14])) % 10 == 1


def make_code(
    registrar: str = "9", category: str = "1", region: str = "370299", body: str | None = None, seed: int = 0
) -> str:
    """Return a valid, fictional code. The default region 370299 is assigned to nobody.

    ``body``: the 8 characters of the organisation code, without its check character; left out, it is
    ``MA`` and six characters drawn from ``seed`` (the same seed gives the same code).

    Raises:
        ValueError: the parts cannot make a valid code.
    """
    if body is None:
        draw = random.Random(f"{registrar}{category}{region}{seed}")
        body = "MA" + "".join(draw.choice(ALPHABET) for _n in range(6))
    first = f"{registrar}{category}{region}{body}"
    if len(first) != 16 or set(first) - set(ALPHABET):
        raise ValueError(f"Cannot make a code of {first!r}: 16 characters of {ALPHABET} are needed.")
    code = first + inner_check_character(body)
    code += check_character(code)
    verdict = check_code(code)
    if not verdict.valid:
        raise ValueError("; ".join(reason.text for reason in verdict.reasons))
    return code


def _wrong(code: str):
    """Yield what is wrong with a folded code: the first thing that stops reading, or every thing that can be read."""
    if not code:
        yield CodeReason("empty", _("没有填写统一社会信用代码。请填写营业执照或登记证书上的 18 位代码。"))
        return
    # X is a character of real codes: a run of them is a mask only where the code does not stand by itself.
    if MASK.search(code) and (len(code) != 18 or set(code) - set(ALPHABET) or any(_wrong_parts(code))):
        yield CodeReason("masked", _("代码中有打码的字符（如 *），无法确认是谁。请填写完整的 18 位代码。"))
        return
    if len(code) != 18:
        yield _wrong_length(code)
        return
    if _looks_like_identity_number(code):
        yield CodeReason(
            "identity_number",
            _("这像是居民身份证号码，不是统一社会信用代码。自然人请填在证件号码一栏；个体工商户请填营业执照上的代码。"),
        )
        yield from (CodeReason(f"identity_{reason.code}", reason.text) for reason in _wrong_identity(code))
        return
    strangers = [(place, char) for place, char in enumerate(code, 1) if char not in ALPHABET]
    for place, char in strangers:
        if char in LOOK_ALIKES:
            yield CodeReason(
                "alphabet",
                _("第 %(place)s 位是字母 %(char)s，代码中不用 I、O、Z、S、V。请对照证照，可能应是 %(meant)s。")
                % {"place": place, "char": char, "meant": LOOK_ALIKES[char]},
            )
        else:
            yield CodeReason(
                "alphabet",
                _("第 %(place)s 位“%(char)s”不是数字或大写字母。请对照证照重新填写。") % {"place": place, "char": char},
            )
    if strangers:
        return
    yield from _wrong_parts(code)


def _wrong_parts(code: str):
    registrar, category, region, body = code[0], code[1], code[2:8], code[8:17]
    if registrar not in CATEGORIES:
        yield CodeReason(
            "registrar",
            _("第 1 位“%(char)s”不是任何登记管理部门的代码（应为 1 至 9、A、N 或 Y）。请对照证照重新填写。")
            % {"char": registrar},
        )
    elif category not in CATEGORIES[registrar]:
        yield CodeReason(
            "category",
            _(
                "前两位“%(chars)s”没有对应的机构类别（%(registrar)s 开头的第 2 位应为 %(fitting)s）。请对照证照重新填写。"
            )
            % {"chars": code[:2], "registrar": registrar, "fitting": "、".join(CATEGORIES[registrar])},
        )
    if not region.isdigit() or region[:2] not in PROVINCES:
        yield CodeReason(
            "region",
            _("第 3 至 8 位“%(region)s”不是行政区划代码（6 位数字，前两位为省份）。请对照证照重新填写。")
            % {"region": region},
        )
    if inner_check_character(body[:8]) != body[8]:
        yield CodeReason(
            "inner_check",
            _("第 9 至 17 位“%(body)s”（组织机构代码）的校验位不对，多半是抄错了一位。请对照证照逐位核对。")
            % {"body": body},
        )
    if check_character(code[:17]) != code[17]:
        yield CodeReason("check", _("第 18 位校验码不对，多半是抄错或写反了某一位。请对照证照逐位核对。"))


def _wrong_length(code: str) -> CodeReason:
    if len(code) == 15 and code.isdigit():
        what = _("这像是 15 位的旧工商注册号。请填写换发营业执照后的 18 位统一社会信用代码。")
        return CodeReason("old_registration", what if registration_number_holds(code) else what + _miswritten())
    if len(code) == 9:
        what = _("这像是 9 位的组织机构代码。请填写完整的 18 位统一社会信用代码。")
        good = not set(code[:8]) - VALUES.keys() and inner_check_character(code[:8]) == code[8]
        return CodeReason("organisation_code", what if good else what + _miswritten())
    return CodeReason(
        "length",
        _("统一社会信用代码是 18 位，这里是 %(length)s 位。请检查是否漏填、多填，或者把两个代码写在了一起。")
        % {"length": len(code)},
    )


def _miswritten() -> str:
    return _("它自己的校验位也不对，请对照证照逐位核对。")


def mask_identity_number(number: str) -> str:
    """Return a resident's number as it may be shown."""
    from parties.identity import mask

    return mask(number)


def _looks_like_identity_number(code: str) -> bool:
    """Whether a code that is none is a resident's number, perhaps with a slip in it.

    About one real code in a thousand has the shape by chance: only one that is no good code is taken for a number, and
    one with a slip (an impossible day of birth, a wrong check character) only if it cannot be a miswritten code.
    """
    if not code[:17].isdigit() or not (code[17].isdigit() or code[17] == "X") or code[6:8] not in ("18", "19", "20"):
        return False
    wrong = {reason.code for reason in _wrong_parts(code)}
    slips = {reason.code for reason in _wrong_identity(code)}
    return bool(wrong) and (not slips or (len(slips) == 1 and bool(wrong & {"registrar", "category", "region"})))


def _wrong_identity(code: str) -> list[CodeReason]:
    from parties.identity import check_identity_number

    return check_identity_number(code).reasons

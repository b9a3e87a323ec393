"""Reading ``reasons.toml``: the coded reasons that come with the system."""

from pathlib import Path

from policy.models import ReasonCode
from policy.packs.reading import PackError, read_toml

VERBS = {"decline", "request_supplement", "refuse", "send_back", "dismiss", "uphold"}
#: Reasons that nobody chooses: what they name happens by itself (终止办理).
BY_ITSELF = {"end"}
KINDS = {"repair", "objection", "deferral", "explanation"}


def read_reasons(path: Path) -> tuple[list[ReasonCode], str]:
    """Return the file's reasons as unsaved rows, and the file's SHA-256.

    Raises:
        PackError: a missing field, an unknown verb or kind, or a code used twice.
    """
    data, sha256 = read_toml(path)
    reasons, seen = [], set()
    for number, raw in enumerate(data.get("reason", []), 1):
        where = f"{path.name} 第 {number} 条 {raw.get('code', '')}"
        for name in ("code", "verbs", "kinds", "text", "text_en"):
            if not raw.get(name):
                raise PackError(f"{where}：缺少 {name}。")
        if raw["code"] in seen:
            raise PackError(f"{where}：代码重复。")
        if set(raw["verbs"]) - VERBS - BY_ITSELF or set(raw["kinds"]) - KINDS:
            raise PackError(f"{where}：不认识的动作或办件种类。")
        seen.add(raw["code"])
        reasons.append(
            ReasonCode(
                code=raw["code"],
                verbs=raw["verbs"],
                kinds=raw["kinds"],
                text=raw["text"],
                text_en=raw["text_en"],
                cure=raw.get("cure", ""),
                cure_en=raw.get("cure_en", ""),
                basis_title=raw.get("basis", ""),
                basis_article=raw.get("article", ""),
                order=raw.get("order", number * 10),
            )
        )
    return reasons, sha256

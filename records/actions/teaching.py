"""The alias table as officers extend it: what a heading means in the files of one source."""

from django.utils.translation import gettext as _

from journal import actions as journal
from parties.models import User
from policy.verdict import Refused, no
from records import guards
from records.intake.aliases import fold_source, fold_text
from records.intake.headings import fields_known, fold_heading
from records.models import HeadingAlias

UNITS = ("", "元", "万元")
MOST_AT_ONCE = 300
LONGEST_HEADING = 200


@journal.journalled()
def teach(actor: User | None, source: str, choices: dict[str, str]) -> list[HeadingAlias]:
    """Keep what headings mean in the files of a source; return the rows that changed.

    ``choices`` maps a heading as written to ``field``, ``field|unit`` or ``""`` (pass the column over). What a
    source was taught before and is not named stays.

    Raises:
        Refused: not this person's source (403); no source, no such field (400).
    """
    source = fold_source(source)
    if not source:
        raise Refused(no("no_source", _("没有写明数据来源单位，列名对照无处可记。")), status=400)
    verdict = guards.can_teach(actor, source)
    if not verdict:
        raise Refused(verdict)
    changed = []
    for heading, choice in checked(choices).items():
        field, _bar, unit = choice.partition("|")
        key = fold_heading(heading)[0]
        alias = HeadingAlias.objects.select_for_update().filter(source=source, key=key).first()
        before = alias and (alias.field, alias.unit, alias.active)
        if before == (field, unit, True):
            continue
        alias = alias or HeadingAlias(source=source, key=key)
        alias.heading, alias.field, alias.unit = fold_text(heading)[:200], field, unit
        alias.active, alias.taught_by = True, actor
        alias.save()
        changed.append(alias)
        line = {"source": source, "heading": alias.heading, "field": field, "unit": unit}
        journal.append(actor, "records.teach", alias, {**line, "before": list(before) if before else None})
    return changed


def checked(choices: dict[str, str]) -> dict[str, str]:
    """Return choices about headings, if each names a field that there is.

    Raises:
        Refused: it does not, or there are absurdly many (400).
    """
    if len(choices) > MOST_AT_ONCE:
        raise Refused(no("too_many", _("一次最多设定 %(most)s 个列名。") % {"most": MOST_AT_ONCE}), status=400)
    known = {"", *fields_known()}
    for heading, choice in choices.items():
        field, _bar, unit = choice.partition("|")
        key = fold_heading(heading)[0]
        if not 0 < len(key) <= LONGEST_HEADING or field not in known or unit not in UNITS:
            raise Refused(no("bad_alias", _("列名“%(heading)s”不能这样对照。") % {"heading": heading[:40]}), status=400)
    return choices


@journal.journalled()
def forget(actor: User, alias: HeadingAlias) -> HeadingAlias:
    """Let a taught heading hold no longer; return the row. Nothing is deleted: it may be taught again."""
    alias = HeadingAlias.objects.select_for_update().get(pk=alias.pk)
    verdict = guards.can_teach(actor, alias.source)
    if not verdict:
        raise Refused(verdict)
    if alias.active:
        alias.active, alias.taught_by = False, actor
        alias.save()
        line = {"source": alias.source, "heading": alias.heading, "field": alias.field}
        journal.append(actor, "records.forget", alias, line)
    return alias

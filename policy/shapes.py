"""Shapes that the doors for programs share: texts, stretches of lists, and a page's form asked of a program's body."""

from typing import Annotated, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model, QuerySet
from ninja import Path, Query, Schema
from ninja.errors import ValidationError
from pydantic import Field, StringConstraints

from policy.eligibility import Condition
from policy.verdict import Basis, Refused, Verdict

#: The kind of a validation error whose message is a whole sentence for people already (a form's).
SENTENCE = "sentence"

#: Text without NUL, which no database keeps.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=5000)]
Short = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
RecordId = Annotated[str, StringConstraints(pattern=r"^R[0-9A-Z]{12}$")]
#: A primary key in an address, as long as every database can compare.
Key = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[
    int, Query(ge=0, le=2**63 - 1, description="`id` of the last item that you have; 0: from the newest on.")
]
Limit = Annotated[int, Query(ge=1, le=200)]


class BasisOut(Schema):
    """What a sentence rests on: title and article, and whether it was compared with the official text (核验)."""

    title: str = Field(examples=["信用修复管理办法"])
    article: str = Field(examples=["第十二条"])
    verified: bool


class LineOut(BasisOut):
    """One line of an explanation: a sentence and what it rests on."""

    text: str


class ConditionOut(BasisOut):
    """One condition of a repair: met or not, what would cure it, and who has to do something."""

    code: str = Field(description="Stable, for machines.", examples=["minimum_period"])
    met: bool
    text: str
    cure: str
    needs: str = Field(description="time, you or office.")


def condition_out(condition: Condition) -> dict[str, Any]:
    """Return one line of an eligibility card as :class:`ConditionOut`."""
    names = ("code", "met", "text", "cure", "needs")
    return {**{name: getattr(condition, name) for name in names}, **basis_out(condition.basis)}


def basis_out(basis: Basis) -> dict[str, Any]:
    """Return a basis as :class:`BasisOut`."""
    return {"title": basis.title, "article": basis.article, "verified": basis.verified}


def stretch(rows: QuerySet, after: int | None, limit: int) -> tuple[list[Model], bool]:
    """Return a stretch of a list, the newest row first, and whether older ones follow.

    Takes the rows that the caller may see, the primary key of the last one that is there already (nothing: from the
    newest on) and how many are wanted.
    """
    rows = rows.order_by("-pk")
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows[: limit + 1])
    return found[:limit], len(found) > limit


def ask(verdict: Verdict) -> None:
    """Raise :class:`Refused` with the guard's reason if it said no."""
    if not verdict:
        raise Refused(verdict)


#: Where a value stood: in a JSON body it is pointed at, in a form and in the address it is named.
BODY, FORM, QUERY = ("body", "body"), ("form",), ("query",)


def checked(form: forms.Form, place: tuple[str, ...] = BODY) -> dict[str, Any]:
    """Return the cleaned values of a page's form that was given a program's fields: one shape for both doors.

    Raises:
        ninja.errors.ValidationError: every field that is wrong, in the form's own words (422).
    """
    if form.is_valid():
        return form.cleaned_data
    found = []
    for name, sentences in form.errors.items():
        path = () if name == NON_FIELD_ERRORS else (name,)
        found += [{"type": SENTENCE, "loc": (*place, *path), "msg": str(sentence)} for sentence in sentences]
    raise ValidationError(found)


def wrong(sentence: str, *path: str, place: tuple[str, ...] = BODY) -> ValidationError:
    """Return the error (422) of one field, in words; raise it."""
    return ValidationError([{"type": SENTENCE, "loc": (*place, *path), "msg": sentence}])

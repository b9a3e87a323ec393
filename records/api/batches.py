"""Records over the API: an authority's system pushes what its officer would upload, under the same rules."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Header, Router, Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from policy.verdict import Refused, no
from records import guards
from records.intake import batch as intake
from records.intake.source import FileRefused

router = Router(tags=["records"])

MOST_ROWS = 500
MOST_CELLS = 200


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise PydanticCustomError("scalar", "text, number, boolean or null")


def _row(value: dict[str, Any]) -> dict[str, Any]:
    if not 0 < len(value) <= MOST_CELLS:
        raise PydanticCustomError("cells", "1 to {most} cells", {"most": MOST_CELLS})
    return value


Cell = Annotated[Any, AfterValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean", "null"]})]
RowIn = Annotated[dict[str, Cell], AfterValidator(_row)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$", max_length=255)]

EXAMPLE = {
    "source": "青屿区市场监督管理局",
    "rows": [
        {
            "行政相对人名称": "青屿海澜食品有限公司",
            "统一社会信用代码": "91370299MAC9WBCJ39",
            "行政处罚决定书文号": "青市监处罚〔2026〕901号",
            "处罚类别": "罚款",
            "处罚内容": "罚款5000元",
            "罚款金额（万元）": 0.5,
            "处罚决定日期": "2026-04-01",
            "处罚机关": "青屿区市场监督管理局",
        }
    ],
}

#: What the example is answered, cut short where a row has more fields than there is to see.
ANSWER = {
    "import_id": 12,
    "source": "青屿区市场监督管理局",
    "dry_run": False,
    "counts": {"taken": 1, "known": 0, "refused": 0, "corrected": 0},
    "headings": {
        "行政相对人名称": "subject_name",
        "统一社会信用代码": "subject_code",
        "行政处罚决定书文号": "document_number",
        "处罚类别": "category",
        "处罚内容": "content",
        "罚款金额（万元）": "fine_amount",
        "处罚决定日期": "decision_date",
        "处罚机关": "authority_name",
    },
    "unknown_headings": [],
    "rows": [
        {
            "row": 1,
            "place": "",
            "outcome": "taken",
            "reasons": [],
            "warnings": [],
            "changes": [{"field": "fine_amount", "from": "0.5", "to": "5000.00", "why": "由万元换算为元"}],
            "record": {
                "public_id": "R7K2M9PX4W6QD",
                "subject_name": "青屿海澜食品有限公司",
                "subject_kind": "entity",
                "subject_code": "91370299MAC9WBCJ39",
                "authority_name": "青屿区市场监督管理局",
                "data_provider": "青屿区市场监督管理局",
                "document_number": "青市监处罚〔2026〕901号",
                "category": "罚款",
                "content": "罚款5000元",
                "fine_amount": "5000.00",
                "decision_date": "2026-04-01",
            },
        }
    ],
}


class BatchIn(Schema):
    """Rows as an authority has them: canonical field names, standard codes (CF_*) or any heading we know."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    rows: Annotated[list[RowIn], Field(min_length=1, max_length=MOST_ROWS)] = Field(
        description="Up to 500 rows, each an object of heading and value. The first is row 1 of the answer."
    )
    source: Text = Field("", description="数据来源单位, for rows that do not name it. Its alias table is used.")
    dry_run: bool = Field(False, description="Say what would happen and write nothing.")


class RowReasonOut(Schema):
    """Why a row was not taken, or what to look at although it was."""

    code: str = Field(description="Stable, for machines.")
    text: str
    field: str = Field(description="Canonical field; empty: the whole row.")
    cure: str
    basis: str = ""


class RowChangeOut(Schema):
    """What was changed to read a cell."""

    field: str
    from_: str = Field(alias="from", description="As it was written.")
    to: str = Field(description="As it was read.")
    why: str


class RecordOut(Schema):
    """A row as it was understood: amounts in yuan, ISO dates (Beijing), a natural person's number masked."""

    public_id: str | None = Field(description="The record's number; null when there is none (yet).")
    subject_name: str
    subject_kind: str
    subject_code: str
    identity_number: str
    legal_representative: str
    registration_number: str
    organisation_code: str
    tax_number: str
    authority_name: str
    authority_code: str
    data_provider: str
    data_provider_code: str
    document_number: str
    category: str
    violation_type: str
    facts: str
    legal_basis: str
    content: str
    fine_amount: str | None
    confiscated_amount: str | None
    licence: str
    decision_date: str | None
    valid_until: str | None
    conduct_ended: str | None
    remark: str
    sector: str
    procedure: str
    minor_declared: bool
    serious_list: bool


class RowOut(Schema):
    """What became of one row."""

    row: int
    place: str
    outcome: Literal["taken", "known", "refused", "corrected"] = Field(
        description="taken: a new record; known: the same is there already; corrected: the same document says "
        "something else, kept as a proposal; refused: see reasons."
    )
    reasons: list[RowReasonOut]
    warnings: list[RowReasonOut]
    changes: list[RowChangeOut]
    record: RecordOut


class Counts(Schema):
    """How many rows of each outcome."""

    taken: int
    known: int
    refused: int
    corrected: int


class BatchOut(Schema):
    """What became of every row, as ``import_records --json`` says it."""

    import_id: int | None = Field(description="Its page is /imports/{import_id}/; null for a dry run.")
    source: str
    dry_run: bool
    counts: Counts
    headings: dict[str, str] = Field(description="Headings understood, and the canonical field each means.")
    unknown_headings: list[str] = Field(description="Headings that nobody knows; their cells were not used.")
    rows: list[RowOut]


@router.post(
    "/records",
    response=BatchOut,
    by_alias=True,
    exclude_unset=True,
    summary="Push adverse records",
    openapi_extra={"responses": {200: {"content": {"application/json": {"example": ANSWER}}}}},
)
def push_records(
    request: HttpRequest,
    batch: BatchIn,
    idempotency_key: Annotated[
        Key | None,
        Header(
            alias="Idempotency-Key",
            description="Your own name for this batch. The same key and body again give the kept answer, and complete "
            "a batch that was interrupted; the same key with another body is refused (422).",
        ),
    ] = None,
) -> dict[str, Any]:
    """Take in a batch of up to 500 rows (5 MB), each on its own: a bad row does not keep the others back.

    200 says that every row has a result, not that every row was taken: read ``rows[].outcome``. An officer's token
    registers only records of the own authority; other rows are refused. The lead office may register for all.

    Codes of problems: 400 ``unreadable`` (no JSON in UTF-8); 401 ``not_signed_in``; 403 ``role``; 409 ``in_progress``
    (the same key is still at work: ask again), ``not_ready`` (the office is not set up); 413 ``too_big``; 415
    ``media_type``; 422 ``invalid`` (see ``errors``), ``no_rows`` (no heading is known), ``idempotency_key_reused``.
    """
    verdict = guards.can_import(request.auth)
    if not verdict:
        raise Refused(verdict)
    rows = intake.rows_as_written(request.body)
    try:
        if batch.dry_run:
            return intake.foresee_batch(rows, batch.source, request.auth)
        return intake.take_batch(request.body, rows, batch.source, request.auth, idempotency_key or "")
    except FileRefused as refused:
        cure = _("行里的字段名可用双公示标准的列名、CF_ 代码或规范字段名。")
        raise Refused(no(refused.code, refused.text, cure), status=422) from None

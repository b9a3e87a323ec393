"""State diagrams drawn from the code, as Mermaid text: the pictures in docs/ cannot go stale."""

from django.db.models import Model
from django.utils import translation

from deferrals.models import Deferral
from notices.models import Notice
from objections.models import Objection
from records.models import AdverseRecord, Explanation, Finding, PriorReminder, UpstreamChange
from repair.flow import RepairFlow
from repair.models import RepairApplication

#: Heading of each diagram and the model whose FSM it shows.
MACHINES: dict[str, type[Model]] = {
    "A repair application": RepairApplication,
    "An objection": Objection,
    "A deferral": Deferral,
    "An adverse record": AdverseRecord,
    "A notice": Notice,
}
#: What is kept beside a record: in the document about records.
LIFE: dict[str, type[Model]] = {
    "An adverse record": AdverseRecord,
    "A subject's explanation": Explanation,
    "A change upstream": UpstreamChange,
    "A reminder before a record": PriorReminder,
    "A finding that bars": Finding,
}
ARCHITECTURE, RECORDS = "docs/architecture.md", "docs/records.md"
DOCUMENTS = {ARCHITECTURE: MACHINES, RECORDS: LIFE}

START, END = "<!-- diagrams: made by manage.py draw_states -->", "<!-- /diagrams -->"


def state_diagram(model: type[Model], field: str = "status") -> str:
    """Return the Mermaid state diagram of a model's FSM field; labels are the Chinese words and the verbs."""
    with translation.override("zh-hans"):
        fsm_field = model._meta.get_field(field)
        labels = dict(fsm_field.flatchoices)
        edges: dict[tuple[str, str], list[str]] = {}
        for transition in getattr(model, f"get_all_{field}_transitions")(model()):
            edges.setdefault((transition.source, transition.target), []).append(transition.name)
        used = {state for edge in edges for state in edge}
        lines = ["```mermaid", "stateDiagram-v2"]
        lines += [f"    {state}: {state} {labels[state]}" for state in labels if state in used]
        lines.append(
            f"    [*] --> {fsm_field.default.value if hasattr(fsm_field.default, 'value') else fsm_field.default}"
        )
        lines += [
            f"    {source} --> {target}: {' / '.join(sorted(verbs))}"
            for (source, target), verbs in sorted(edges.items())
        ]
        ends = sorted(used - {source for source, _target in edges})
        lines += [f"    {state} --> [*]" for state in ends]
        lines.append("```")
    return "\n".join(lines)


def flow_diagram() -> str:
    """Return the Mermaid picture of the to-do list that all kinds of case share, from the viewflow nodes."""
    lines = ["```mermaid", "flowchart LR"]
    nodes = sorted(RepairFlow.instance.nodes(), key=lambda node: node.name)
    with translation.override("zh-hans"):
        for node in nodes:
            human = node.task_type == "HUMAN"
            opening, closing = ("[", "]") if human else ("{", "}") if node.task_type == "SWITCH" else ("((", "))")
            title = f"{node.name} {node.task_title}" if human else node.name
            # Prefixed: "end" is a word of Mermaid's own.
            lines.append(f'    step_{node.name}{opening}"{title}"{closing}')
    for node in nodes:
        lines += [f"    step_{node.name} --> step_{edge.dst.name}" for edge in node._outgoing()]
    lines.append("```")
    return "\n".join(lines)


def all_diagrams(document: str = ARCHITECTURE) -> str:
    """Return the whole marked section of a document."""
    parts = [START, ""]
    for title, model in DOCUMENTS[document].items():
        parts += [f"### {title}", "", state_diagram(model), ""]
    if document == ARCHITECTURE:
        parts += ["### The to-do list of a case", "", flow_diagram(), ""]
    return "\n".join([*parts, END])


def put_into(text: str, document: str = ARCHITECTURE) -> str:
    """Return a document with its marked section replaced by today's diagrams.

    Raises:
        ValueError: the document has no marked section.
    """
    before, found, rest = text.partition(START)
    _old, found_end, after = rest.partition(END)
    if not (found and found_end):
        raise ValueError(f"no section between {START} and {END}")
    return before + all_diagrams(document) + after

"""The to-do list of a case, kept by viewflow and moved only here, in the transaction of the verb."""

from django.http import HttpRequest
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS

from casework.clock import running_step
from casework.kinds import kind_of
from casework.models import Case
from parties.models import User
from policy.deadlines.actions import lapse

OPEN = (STATUS.NEW, STATUS.ASSIGNED, STATUS.STARTED)


def open_task(case: Case) -> Task | None:
    """Return the one human task that is open on this case, or None."""
    if not case.process_id:
        return None
    return (
        Task.objects.filter(process_id=case.process_id, status__in=OPEN, flow_task_type="HUMAN")
        .select_related("owner")
        .order_by("-id")
        .first()
    )


def begin(case: Case) -> None:
    """Open the process of a case that was just submitted."""
    flow = kind_of(case).flow
    process = flow.instance.node("start").run(case=case)
    case.process = Process.objects.get(pk=process.pk)


def assign(case: Case, user: User) -> None:
    """Give the open task to this officer."""
    task = open_task(case)
    activation = task.flow_task.activation_class(task)
    if task.status == STATUS.ASSIGNED:
        activation.reassign(user=user)
    else:
        activation.assign(user)


def release(case: Case) -> None:
    """Put the open task back into the office's queue."""
    task = open_task(case)
    task.flow_task.activation_class(task).unassign()


def move_on(case: Case, actor: User) -> None:
    """Close the open task as done by ``actor`` and open what comes next, reading the case's saved status."""
    task = open_task(case)
    with task.activation() as activation:
        if activation.task.status == STATUS.NEW:
            activation.assign(actor)
        elif activation.task.owner_id != actor.pk:
            activation.reassign(user=actor)
        request = HttpRequest()
        request.user = actor
        activation.start(request)
        activation.execute()
    lapse(Case(pk=case.pk), running_step(case))


def cancel(case: Case) -> None:
    """End the process without a decision (withdrawn)."""
    if case.process_id:
        kind_of(case).flow.instance.cancel(case.process)
    lapse(Case(pk=case.pk))

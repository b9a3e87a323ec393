"""Staff pages of the exchange: the platforms, the deliveries that need somebody first, one delivery with its tries."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from exchange import actions, events, guards, queries
from exchange.models import Delivery, Subscriber
from policy.verdict import Refused

PAGE_SIZE = 50


@login_required
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """List platforms and deliveries. Filters in the address: ``status``, ``platform`` (key), ``record`` (public id)."""
    ask_to_read(request)
    chosen = {name: request.GET.get(name, "").strip()[:60] for name in ("status", "platform", "record")}
    found = queries.listed(status=chosen["status"], subscriber=chosen["platform"], record=chosen["record"])
    context = {
        "platforms": queries.platforms(),
        "page_obj": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "chosen": chosen,
        "statuses": Delivery.Status.choices,
        "may_act": guards.can_subscribe(request.user),
    }
    return render(request, "exchange/deliveries.html", context)


@login_required
@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one delivery: the event as it is sent, the receipt, and every try."""
    ask_to_read(request)
    found = get_object_or_404(Delivery.objects.select_related("event", "subscriber", "receipt"), pk=pk)
    context = {
        "delivery": found,
        "receipt": getattr(found, "receipt", None),
        "tries": found.tries.all(),
        "due": queries.due_for(found.event),
        "event_json": events.pretty(found.event),
        "may_retry": guards.can_retry(request.user, found),
    }
    return render(request, "exchange/delivery.html", context)


@login_required
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one delivery again."""
    found = actions.retry(request.user, get_object_or_404(Delivery, pk=pk))
    messages.success(request, _("已安排马上重新发送给%(platform)s。") % {"platform": found.subscriber.name})
    return redirect("exchange:delivery", pk=pk)


@login_required
@require_POST
def retry_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again everything given up for one platform."""
    subscriber = get_object_or_404(Subscriber, pk=pk)
    count = actions.retry_all(request.user, subscriber)
    messages.success(
        request,
        ngettext("已安排重新发送 %(count)d 件给%(platform)s。", "已安排重新发送 %(count)d 件给%(platform)s。", count)
        % {"count": count, "platform": subscriber.name},
    )
    return redirect("exchange:platform", pk=pk)


def ask_to_read(request: HttpRequest) -> None:
    """Raise :class:`Refused` for whoever may not see platforms and deliveries."""
    verdict = guards.can_read_deliveries(request.user)
    if not verdict:
        raise Refused(verdict)

"""One platform's staff page: how it stands, its signing secret, and whether it is sent to at all."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exchange import actions, guards, queries
from exchange.forms import RotateSecretForm
from exchange.models import Subscriber
from exchange.views import ask_to_read

NEWEST = 5


@login_required
@require_safe
def platform(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one platform: its figures, what needs somebody, its last deliveries; an administrator changes its secret."""
    ask_to_read(request)
    return _page(request, pk)


@login_required
@require_POST
@never_cache
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the signing secret and show the new one, this once: nothing keeps it for a second look."""
    subscriber = get_object_or_404(Subscriber, pk=pk)
    ask_to_read(request)
    form = RotateSecretForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form=form, status=400)
    subscriber = actions.rotate_secret(
        request.user,
        subscriber,
        overlap=timedelta(hours=form.cleaned_data["overlap"]),
        version=form.cleaned_data["version"],
    )
    return _page(request, pk, new_secret=subscriber.secret)


@login_required
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """End an overlap: the platform has the new secret."""
    subscriber = actions.retire_old_secret(request.user, get_object_or_404(Subscriber, pk=pk))
    messages.success(request, _("旧密钥已停用，只用新密钥给%(platform)s签名。") % {"platform": subscriber.name})
    return redirect("exchange:platform", pk=pk)


@login_required
@require_POST
def set_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop sending to a platform, or send again and tell it what it missed (``active``: 1 or 0)."""
    subscriber = get_object_or_404(Subscriber, pk=pk)
    if request.POST.get("active") == "1":
        actions.activate(request.user, subscriber)
        messages.success(
            request, _("已启用%(platform)s，停用期间它漏收的消息正在补发。") % {"platform": subscriber.name}
        )
    else:
        actions.deactivate(request.user, subscriber)
        messages.success(request, _("已停用%(platform)s，不再向它发送。") % {"platform": subscriber.name})
    return redirect("exchange:platform", pk=pk)


def _page(
    request: HttpRequest, pk: int, *, form: RotateSecretForm | None = None, new_secret: str = "", status: int = 200
) -> HttpResponse:
    found = get_object_or_404(queries.platforms(), pk=pk)
    overlapping = found.old_secret_until is not None and timezone.now() < found.old_secret_until
    may_rotate = guards.can_rotate(request.user, found)
    form = form or RotateSecretForm(initial={"version": found.secret_version, "overlap": 72 if may_rotate else None})
    if not may_rotate:
        # Only a leak is a reason to change again before the overlap is over, and nobody falls into that by accident.
        form.fields["overlap"].choices = [choice for choice in form.fields["overlap"].choices if choice[0] == 0]
    context = {
        "platform": found,
        "overlapping": overlapping,
        "new_secret": new_secret,
        "may_act": guards.can_subscribe(request.user),
        "may_rotate": may_rotate,
        "form": form,
        "newest": queries.listed(subscriber=str(found.pk))[:NEWEST],
    }
    return render(request, "exchange/platform.html", context, status=status)

"""What every page needs."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, lazy

from parties.models import Authority
from portal.navigation import items_for


def page(request: HttpRequest) -> dict:
    """Return the variables that every page uses: the office that runs it and the navigation by role.

    Both are worked out only when a template asks for them.
    """
    return {
        "office": SimpleLazyObject(lambda: Authority.objects.filter(is_lead=True).first() or Authority()),
        "navigation": lazy(lambda: items_for(request), list)(),
    }

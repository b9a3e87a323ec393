"""How long a page of the register may live outside: not at all, or for less than a minute."""

import hashlib
import re

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

#: What left publicity must have left every cache within a minute; half of it is for slow clocks and networks.
SECONDS = 30
#: The form token is another one in every page and says nothing about the content.
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def never_kept(response: HttpResponse) -> HttpResponse:
    """Let nobody keep the response, and no search engine list it."""
    response["Cache-Control"] = "private, no-store"
    return unlisted(response)


def briefly_kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the reader's own browser keep the page for half a minute and then ask whether it has changed.

    The tag is made of everything that the page says, so nothing that changes can be forgotten. Returns a 304 if the
    browser has the same page already. Shared caches may keep nothing.
    """
    digest = hashlib.sha256(_TOKEN.sub(b"", response.content)).hexdigest()[:32]
    etag = f'W/"{digest}"'
    response["Cache-Control"] = f"private, max-age={SECONDS}, must-revalidate"
    response["ETag"] = etag
    unlisted(response)
    return get_conditional_response(request, etag=etag, response=response)


def unlisted(response: HttpResponse) -> HttpResponse:
    """Keep the page out of search engines and their copies."""
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response

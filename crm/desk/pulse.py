"""The cheap question a live page asks every second: has anything changed?"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from crm.desk.access import DeskRequest, permitted
from crm.desk.registry import load
from crm.people.models import User

# Of two changes the earlier may be committed last: the newest moment alone would hide it.
RECENT = 20
_MOST_KEYS = 12
_LONGEST = 80


def current_versions(user: User, asked: dict[str, str]) -> dict[str, str]:
    """The versions of those asked keys that some room knows; one indexed query each at most."""
    versions: dict[str, str] = {}
    for source in load(settings.PULSES):
        versions.update(source(user, asked))
    return versions


def version_of(moments: Iterable[datetime]) -> str:
    """One short word for the newest RECENT moments of change; another one when any differs."""
    words = " ".join(moment.isoformat() for moment in moments)
    return hashlib.blake2s(words.encode(), digest_size=8).hexdigest() if words else ""


@require_GET
@permitted()
def pulse(request: DeskRequest) -> HttpResponse:
    """204 while every `?key=version` still holds, else 200 with the versions that changed."""
    asked = _asked(request)
    changed = {
        key: version
        for key, version in current_versions(request.user, asked).items()
        if key in asked and asked[key] != version
    }
    response = JsonResponse(changed) if changed else HttpResponse(status=204)
    response["Cache-Control"] = "no-store"
    return response


def _asked(request: HttpRequest) -> dict[str, str]:
    items = list(request.GET.items())[:_MOST_KEYS]
    return {key[:_LONGEST]: str(version)[:_LONGEST] for key, version in items}

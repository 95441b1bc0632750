"""For machines: alive, and ready."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from crm.desk.registry import Probe, load


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything a person or provider needs is there, else 503 with what is missing."""
    probes = [_probed(path) for path in settings.READINESS]
    ready = all(probe.ok for probe in probes)
    body = {
        "status": "ok" if ready else "unavailable",
        "checks": {probe.name: {"ok": probe.ok, "detail": probe.detail} for probe in probes},
    }
    return JsonResponse(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def _probed(path: str) -> Probe:
    """A probe that cannot even be asked is one that failed; its error is not for strangers."""
    try:
        answer: Probe = load([path])[0]()
    except Exception as error:
        return Probe(path.rsplit(".", 1)[-1], ok=False, detail=type(error).__name__)
    return answer


def database() -> Probe:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Probe("database", ok=False, detail=type(error).__name__)
    return Probe("database", ok=True)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")

"""The floor: a bare view that checks the signature and inserts one row, on the same server.

Twice: with the ORM, as one writes such a view, and by a bare SQL statement into the same table.
"""

import hmac

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

import crm.urls
from bench.models import FloorRow
from chatbot.channels.signed import sign
from chatbot.tests.dialects import SECRET

SIGNATURE = "X-Hub-Signature-256"
PROOFS = {
    "meta": SIGNATURE,
    "instagram": SIGNATURE,
    "whapi": "X-Webhook-Secret",
    "telegram": "X-Telegram-Bot-Api-Secret-Token",
    "neutral": "Authorization",
    "maytapi": "",
}
EXPECTED = {"neutral": f"Bearer {SECRET}"}
PATH = "/bench/floor/"
BARE_PATH = "/bench/bare/"


@csrf_exempt
def floor(request: HttpRequest) -> HttpResponse:
    if not authentic(request):
        return HttpResponse(status=403)
    FloorRow.objects.create(body=request.body.decode())
    return HttpResponse(content_type="text/plain")


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    if not authentic(request):
        return HttpResponse(status=403)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_floorrow (body) VALUES (%s)", [request.body.decode()])
    return HttpResponse(content_type="text/plain")


@csrf_exempt
def checked(request: HttpRequest, slug: str) -> HttpResponse:
    """The floor of one provider: what proves its body, and one row."""
    proof = PROOFS[slug]
    given = request.headers.get(proof, "") if proof else SECRET
    expected = sign(SECRET, request.body) if proof == SIGNATURE else EXPECTED.get(slug, SECRET)
    if not hmac.compare_digest(given, expected):
        return HttpResponse(status=403)
    FloorRow.objects.create(body=request.body.decode())
    return HttpResponse(content_type="text/plain")


def authentic(request: HttpRequest) -> bool:
    given = request.headers.get("X-Hub-Signature-256", "")
    return hmac.compare_digest(given, sign(settings.WHATSAPP["app_secret"], request.body))


urlpatterns = [
    path(PATH[1:], floor),
    path(f"{PATH[1:]}<slug:slug>/", checked),
    path(BARE_PATH[1:], bare),
    *crm.urls.urlpatterns,
]
handler500 = crm.urls.handler500

"""The language somebody chose: kept with the person, carried by a cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.i18n import set_language as django_set_language

from crm.people.models import User


def set_language(request: HttpRequest) -> HttpResponse:
    """Django's switch; of somebody who is logged in the choice is kept for other devices too."""
    answer: HttpResponse = django_set_language(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES) and isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return answer


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """The same cookie as Django's switch sets."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )

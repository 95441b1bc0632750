"""How allauth behaves in this house: colleagues are invited, nobody signs up."""

import logging
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from crm.fields import fernet
from crm.people.language import set_language_cookie

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **details: Any
    ) -> HttpResponse:
        """Who logs in on another device finds the desk in the language they chose."""
        response: HttpResponse = super().post_login(request, user, **details)
        if chosen := getattr(user, "language", ""):
            set_language_cookie(response, chosen)
        return response

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.BUSINESS_NAME}: {subject}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Points to where the house says it is, not to the name the request called it by."""
        asked = urlsplit(str(super().get_reset_password_from_key_url(key)))
        return f"{settings.BASE_URL}{asked.path}"

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """The demo's password is everybody's: it is not reset by mail."""
        if not getattr(user, "is_demo", False):
            super().send_password_reset_mail(user, email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away is the operator's trouble: an error shown to who asked would
        tell a stranger which addresses exist here.
        """
        ours = {"base_url": settings.BASE_URL, "business": settings.BUSINESS_NAME}
        try:
            super().send_mail(template_prefix, email, {**context, **ours})
        except (OSError, SMTPException):
            logger.exception("Mail %s could not be handed over", template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the second factors' keys unreadable in the database, as other secrets are."""

    def encrypt(self, text: str) -> str:
        return fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return fernet().decrypt(encrypted_text.encode()).decode()

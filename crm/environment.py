"""Environment variables, read so that whoever mistypes one is told which it is, in one line."""

import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

WANTED = {
    int: "a whole number",
    float: "a number",
    dict: "a list such as meta=a.com,whapi=b.com",
}
TRUE = ("1", "true", "on", "yes", "y", "ok")
FALSE = ("", "0", "false", "off", "no", "n")
DATABASES = ("postgres", "postgresql", "sqlite")


class Variables(environ.Env):
    """What cannot be read raises ImproperlyConfigured: the variable's name and what is wrong with
    it. Addresses are not repeated, because passwords stand in them."""

    def get_value(self, var: str, cast: Any = None, **how: Any) -> Any:
        try:
            return super().get_value(var, cast=cast, **how)
        except ValueError as error:
            if cast not in WANTED:
                raise
            said = f"{var} is not {WANTED[cast]}: {self.ENVIRON[var]}"
            raise ImproperlyConfigured(said) from error

    def flag(self, var: str, *, default: bool) -> bool:
        value = self(var, default="1" if default else "0")
        word = value.strip().lower()
        if word not in TRUE + FALSE:
            raise ImproperlyConfigured(f"{var} is neither 1 nor 0: {value}")
        return word in TRUE

    def one_of(self, var: str, *, words: Sequence[str], default: str) -> str:
        """One of these words."""
        word: str = self(var, default="").strip().lower() or default
        if word not in words:
            raise ImproperlyConfigured(f"{var} is none of {', '.join(words)}: {word}")
        return word

    def zone(self, var: str, *, default: str) -> str:
        """The name of a time zone that this machine knows."""
        name: str = self(var, default=default)
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            said = f"{var} is not a time zone such as America/Lima: {name}"
            raise ImproperlyConfigured(said) from error
        return name

    def level(self, var: str, *, default: str) -> str:
        """How much is logged, in the words of `logging`."""
        name: str = self(var, default=default)
        if name.upper() not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{var} is not DEBUG, INFO, WARNING or ERROR: {name}")
        return name.upper()

    def database(self, var: str, *, default: str) -> dict[str, Any]:
        """What Django wants to know of a database; an empty address is none."""
        url = self(var, default="") or default
        said = f"{var} is not an address such as postgres://user:password@host:5432/name"
        try:
            if urlsplit(url).scheme not in DATABASES:
                raise ImproperlyConfigured(said)
            return dict(self.db_url_config(url))
        except ValueError as error:
            raise ImproperlyConfigured(said) from error

    def mail(self, var: str, *, default: str) -> dict[str, Any]:
        """What Django wants to know of a mail server."""
        try:
            return dict(self.email_url_config(self(var, default=default)))
        except (ImproperlyConfigured, ValueError) as error:
            said = f"{var} is not an address such as smtp+tls://user:password@smtp.example.com:587"
            raise ImproperlyConfigured(said) from error

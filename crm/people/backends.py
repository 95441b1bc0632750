"""Who may log in, and from where."""

from ipaddress import ip_address
from typing import Any, TypeGuard

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Model, Value
from django.http import HttpRequest

from crm.addresses import OWN_NAMES
from crm.people.models import User

_PROXIED = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_FOR")


class DeskBackend(AuthenticationBackend):
    """Log-in by user name or e-mail. The demo's people, whose password everybody knows, come in
    only while this is a demo and only at this machine; else their password is simply wrong.
    """

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if getattr(user, "is_demo", False) and not demo_allowed(request):
            return None
        return user

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().get_user(user_id)
        if getattr(user, "is_demo", False) and not settings.DEMO:
            return None
        return user

    def get_all_permissions(
        self, user_obj: AbstractBaseUser | AnonymousUser, obj: Model | None = None
    ) -> set[str]:
        """Own permissions, those of one's groups and the groups' names in one query, where the
        framework asks two, and the desk a third."""
        if _is_plain(user_obj) and obj is None and not hasattr(user_obj, "_perm_cache"):
            found, roles = _permissions_of(user_obj)
            user_obj.note_roles(roles)
            # The framework's own attribute: what stands there it does not ask for again.
            user_obj.__dict__["_perm_cache"] = found
        known: set[str] = super().get_all_permissions(user_obj, obj)
        return known


def _is_plain(user: AbstractBaseUser | AnonymousUser) -> TypeGuard[User]:
    return isinstance(user, User) and user.is_active and not user.is_superuser


def _permissions_of(user: User) -> tuple[set[str], set[str]]:
    """("app.codename" of each permission, the names of the groups)."""
    names = ("content_type__app_label", "codename")
    own = Permission.objects.filter(user=user).order_by().values_list(*names)
    given = Permission.objects.filter(group__user=user).order_by().values_list(*names)
    groups = user.groups.order_by().annotate(of=Value("")).values_list("of", "name")
    rows = set(own.union(given, groups))
    return {f"{app}.{name}" for app, name in rows if app}, {name for app, name in rows if not app}


def demo_allowed(request: HttpRequest | None) -> bool:
    """Whether demo people may act through this request: a demo, asked from this very machine.

    A tunnel or proxy on this machine also calls from the loopback address; it gives itself away
    by the headers it adds or by the name it was called by.
    """
    if request is None or not settings.DEMO:
        return False
    host = request.headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return (
        _is_loopback(request.META.get("REMOTE_ADDR", ""))
        and not any(header in request.META for header in _PROXIED)
        and name in OWN_NAMES
    )


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback

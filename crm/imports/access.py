"""Who may import: whoever may do so with at least one kind."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from crm.desk.access import View, permitted
from crm.imports.models import Import
from crm.imports.registry import importers_for
from crm.people.models import User


def importing(view: View) -> View:
    """A stranger is sent to log in; who may import nothing gets a 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        assert isinstance(request.user, User)
        if not importers_for(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guard: Callable[[View], View] = permitted()
    return guard(guarded)


def get_import_for(user: User, pk: int) -> Import:
    """One's own, or anybody's for managers; every other one is 404."""
    return get_object_or_404(Import.objects.visible_to(user).select_related("by"), pk=pk)

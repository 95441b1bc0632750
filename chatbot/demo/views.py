"""The page that asks before the demo goes."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chatbot.demo.removing import administrator_remains, holdings, is_there, remove_demo
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError

# What only administrators hold.
ADMINISTERS = "people.add_user"


@require_http_methods(["GET", "POST"])
@permitted(ADMINISTERS)
def remove(request: DeskRequest) -> HttpResponse:
    """Names what will be lost. Whoever is of the demo is logged out by it."""
    if not is_there():
        return redirect("desk:dashboard")
    if request.method == "GET":
        context = {"found": holdings(), "administrator_remains": administrator_remains()}
        return render(request, "demo/remove.html", context)
    try:
        remove_demo()
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return redirect("demo:remove")
    if request.user.is_demo:
        logout(request)
    tell(request, _("The demo data was removed."))
    return redirect("desk:dashboard")

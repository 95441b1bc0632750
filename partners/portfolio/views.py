"""The portfolio page: what is lent, due, collected and late, in all and by officer and agency."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.desk.access import DeskRequest, permitted
from partners.models import PortfolioShare
from partners.portfolio import rollup
from partners.portfolio.figures import sections
from partners.portfolio.forms import NAMES, Narrowing

_FRAGMENTS = {
    "figures": "partners/portfolio.html#figures",
    "as-of": "partners/portfolio.html#as_of",
}


@require_GET
@permitted("partners.view_loan", "partners.view_partner")
def portfolio(request: DeskRequest) -> HttpResponse:
    """Reads what was added up, and asks for a fresh sum where it is old; never the loans."""
    target = request.headers.get("HX-Target", "")
    template = _FRAGMENTS.get(target, "") if request.htmx else ""
    context = _context(request)
    response = render(request, template or "partners/portfolio.html", context)
    if target == "figures" and template:
        response["HX-Push-Url"] = request.path + context["here"]
    response["Vary"] = "HX-Request, HX-Target"
    return response


def _context(request: DeskRequest) -> dict[str, Any]:
    added_up = rollup.current()
    rollup.ask(added_up)
    shares = list(PortfolioShare.objects.select_related("agency", "officer"))
    form = Narrowing({name: request.GET.get(name, "") for name in NAMES}, shares)
    asked = form.asked
    on = {name: value for name, value in asked.items() if value}
    return {
        "portfolio": added_up,
        "moment": added_up.computed_at.isoformat() if added_up.computed_at else "",
        "form": form,
        "sections": list(sections(added_up, shares, asked)),
        "asked": asked,
        "here": f"?{urlencode(on)}" if on else "",
    }

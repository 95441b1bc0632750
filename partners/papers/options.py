"""The payment options: officers look at them, managers keep them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from partners import paying
from partners.models import PaymentOption
from partners.papers.forms import OptionForm
from partners.papers.history import history_of

LOOK = "partners.view_paymentoption"
CHANGE = "partners.change_paymentoption"


@require_GET
@permitted(LOOK)
def options(request: DeskRequest) -> HttpResponse:
    rows = [(one, paying.way(one)) for one in PaymentOption.objects.all()]
    return render(request, "partners/options.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@permitted(LOOK, "partners.add_paymentoption")
def create(request: DeskRequest) -> HttpResponse:
    form = OptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = paying.save_option(option=form.save(commit=False), by=request.user)
        tell(request, _("%(option)s was added.") % {"option": made.name})
        return redirect("partners:options")
    return render(request, "partners/option.html", {"form": form})


@require_http_methods(["GET", "POST"])
@permitted(LOOK, CHANGE)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    option = get_object_or_404(PaymentOption, pk=pk)
    title = option.name
    form = OptionForm(request.POST or None, instance=option)
    if request.method == "POST" and form.is_valid():
        paying.save_option(option=form.save(commit=False), by=request.user)
        tell(request, _("%(option)s was saved.") % {"option": option.name})
        return redirect("partners:options")
    seen = request.user.has_perm("audit.view_auditentry")
    context = {
        "form": form,
        "option": option,
        "title": title,
        "history": history_of(option) if seen else [],
    }
    return render(request, "partners/option.html", context)


@require_POST
@permitted(LOOK, CHANGE)
def move(request: DeskRequest, pk: int) -> HttpResponse:
    """`to` is "up" or "down"."""
    option = get_object_or_404(PaymentOption, pk=pk)
    paying.move_option(option=option, up=request.POST.get("to") == "up", by=request.user)
    return back(request, "partners:options")


@require_POST
@permitted(LOOK, CHANGE)
def show(request: DeskRequest, pk: int) -> HttpResponse:
    """`?shown=1` offers it, `0` no longer; undone by the other."""
    option = get_object_or_404(PaymentOption, pk=pk)
    shown = request.GET.get("shown") == "1"
    if not paying.show_option(option=option, shown=shown, by=request.user):
        said = _("It is shown already.") if shown else _("It is hidden already.")
        tell(request, said, level=messages.INFO)
        return back(request, "partners:options")
    said = _("%(option)s is shown again.") if shown else _("%(option)s is no longer shown.")
    undo = f"{reverse('partners:option_show', args=[pk])}?shown={int(not shown)}"
    tell(request, said % {"option": option.name}, undo_url=undo)
    return back(request, "partners:options")

"""The pages of a property."""

from django.contrib import messages
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.catalog.forms import WIDE, PhotosForm, PropertyForm
from crm.catalog.guards import get_property_for
from crm.catalog.models import Property
from crm.catalog.photos import delete_photo
from crm.catalog.picking import OFFERED, find_properties
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell


@require_GET
@permitted("catalog.view_property")
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    shown = get_property_for(request.user, pk)
    return render(request, "catalog/detail.html", {"property": shown, "photos": shown.photos.all()})


@require_http_methods(["GET", "POST"])
@permitted("catalog.add_property")
def create(request: DeskRequest) -> HttpResponse:
    form = PropertyForm(request.POST or None, initial={"responsible": request.user.pk})
    if request.method == "POST" and form.is_valid():
        made = form.save()
        tell(request, _("The property was saved. Now its photos."))
        return redirect("catalog:edit", made.pk)
    return render(request, "catalog/form.html", {"form": form, "wide": WIDE})


@require_http_methods(["GET", "POST"])
@permitted("catalog.view_property", "catalog.change_property")
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    shown = get_property_for(request.user, pk)
    form = PropertyForm(request.POST or None, instance=get_property_for(request.user, pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        tell(request, _("The property was saved."))
        return redirect(shown)
    context = {
        "form": form,
        "wide": WIDE,
        "property": shown,
        "photos": shown.photos.all(),
        "upload": PhotosForm(),
    }
    return render(request, "catalog/form.html", context)


@require_POST
@permitted("catalog.view_property", "catalog.change_property")
def set_status(request: DeskRequest, pk: int) -> HttpResponse:
    """Withdraw a property, or put its status back: the way to be rid of one that has leads."""
    shown = get_property_for(request.user, pk)
    status, before = request.POST.get("status") or request.GET.get("status", ""), shown.status
    if status not in Property.Status.values:
        tell(request, _("There is no such status."), level=messages.ERROR)
    elif status != before:
        shown.status = status
        shown.save(update_fields=["status", "updated_at"])
        said = _("Status: %(status)s.") % {"status": shown.get_status_display()}
        undo = f"{reverse('catalog:set_status', args=[pk])}?status={before}"
        tell(request, said, undo_url=undo)
    return back(request, shown.get_absolute_url())


@require_http_methods(["GET", "POST"])
@permitted("catalog.view_property", "catalog.delete_property")
def delete(request: DeskRequest, pk: int) -> HttpResponse:
    """Asks first, naming what is lost. A property that has leads stays."""
    shown = get_property_for(request.user, pk)
    photos = list(shown.photos.all())
    if request.method == "GET":
        return render(request, "catalog/delete.html", {"property": shown, "photos": photos})
    try:
        shown.delete()
    except ProtectedError:
        said = _("This property has leads and stays. Withdraw it instead.")
        tell(request, said, level=messages.ERROR)
        return redirect("catalog:detail", pk)
    for photo in photos:
        delete_photo(photo=photo)
    tell(request, _("The property was deleted."))
    return redirect("catalog:list")


@require_GET
@permitted("catalog.view_property")
def options(request: DeskRequest) -> HttpResponse:
    """What a half-typed property may mean, as options of a datalist."""
    rows = find_properties(
        request.GET.get("property", ""), Property.objects.visible_to(request.user)
    )
    return render(request, "catalog/options.html", {"properties": rows.order_by("title")[:OFFERED]})

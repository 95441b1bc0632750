"""A small room for the tests: what the registries list, and pages that go wrong."""

from typing import ClassVar

import django_tables2 as tables
from django.contrib import messages
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from crm.desk.access import permitted
from crm.desk.feedback import back, tell
from crm.desk.lists import ListPage
from crm.desk.registry import Card, MenuEntry, Probe, SearchHit, Step
from crm.desk.tables import WIDE, WIDER, DeskTable, RowLinkColumn, cells
from crm.people.models import User

versions = {"things": "7"}


def pulse(user, asked):
    return {key: versions[key] for key in asked if key in versions}


def search(user, text, limit):
    return [
        SearchHit(f"{text} {number}", "detail", f"/thing/{number}/", "user", "thing")
        for number in range(1000)
    ]


def cards(user):
    return [Card("Waiting things", 3, "/things/?state=waiting", "user", "since this morning")]


def steps(user):
    return [Step("Make a thing", "It is quick.", "/things/", done=False, icon="plus")]


def more_than_a_hundred(user):
    return Permission.objects.all()


MENU = [
    MenuEntry(
        "Things", "things", "user", "people.view_user", waiting=more_than_a_hundred, pulse="things"
    ),
    MenuEntry("Start", "desk:dashboard", "home", weight=0),
]


def well():
    return Probe("well", ok=True, detail="as it should be")


def ill():
    raise RuntimeError("password=hunter2")


class UserFilter(FilterSet):
    is_staff = ChoiceFilter(label="Staff", choices=[("True", "yes"), ("False", "no")])

    class Meta:
        model = User
        fields: ClassVar = ["is_staff"]


class UserTable(DeskTable):
    username = RowLinkColumn(linkify=lambda record: f"/thing/{record.pk}/")
    email = tables.Column(attrs=WIDE)
    first_name = tables.Column(attrs=cells("cell-short d-none d-lg-table-cell"))
    last_name = tables.Column(attrs=cells("cell-quiet cell-grow d-none d-xl-table-cell"))
    phone = tables.Column(accessor="first_name", attrs=WIDER)
    whose = tables.Column(accessor="last_name", attrs=WIDE)
    since = tables.Column(accessor="first_name")

    class Meta(DeskTable.Meta):
        model = User
        fields = ("username", "email")


class UserList(ListPage):
    permission = "people.view_user"
    title = _("People")
    empty_title = "Nobody yet"
    table_class = UserTable
    filterset_class = UserFilter
    pulse = "things"

    def queryset(self, user):
        return User.objects.filter(username__startswith="x").order_by("username")


def broken(request):
    raise ValueError("the secret of the failure")


@permitted()
def saved(request):
    tell(request, "Saved <b>it</b>", undo_url="/undo/")
    messages.warning(request, "Mind the gap")
    return HttpResponse("fragment")


@permitted()
def undo(request):
    return back(request, "desk:dashboard")


urlpatterns = [
    path("things/", UserList.as_view(), name="things"),
    path("broken/", broken),
    path("saved/", saved),
    path("undo/", undo),
    path("", include("crm.urls")),
]
handler500 = "crm.desk.errors.server_error"

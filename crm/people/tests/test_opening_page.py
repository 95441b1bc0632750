"""The administrators' page of opening hours, special days and rules of answering."""

from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from crm.conversations.models import AnsweringRules
from crm.desk.feedback import as_toast
from crm.people.calendar import calendar_of
from crm.people.models import Agency, OpeningHours, SpecialDay, User
from crm.people.opening import spans

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PAGE = "/people/hours/"
NINE_TO_ONE = (time(9), time(13))


def browser(role):
    user = User.objects.create_user(role)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, "crm.people.backends.DeskBackend")
    return client


@pytest.fixture
def admin():
    return browser("administrator")


@pytest.fixture
def cusco():
    return Agency.objects.create(name="Cusco")


def week(**days):
    return {f"day{number}": "" for number in range(7)} | {"agency": "", **days}


def undo_of(client, answer):
    """Press the toast's "Undo"."""
    toasts = [as_toast(one) for one in get_messages(answer.wsgi_request)]
    address = toasts[-1]["undo_url"]
    assert address
    return client.post(address, follow=True).content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("9:00–13:00, 15:00–18:00", (NINE_TO_ONE, (time(15), time(18)))),
        ("9-13 15-18", (NINE_TO_ONE, (time(15), time(18)))),
        ("15:30 a 18:00 y 9 a 13", (NINE_TO_ONE, (time(15, 30), time(18)))),
        ("9am-1pm", (NINE_TO_ONE,)),
        ("9 a.m. - 1 p.m.", (NINE_TO_ONE,)),
        ("9h a 13h", (NINE_TO_ONE,)),
        ("de 9:00 hasta las 13:00", None),
        ("9:00 hasta las 13:00", (NINE_TO_ONE,)),
        ("00:00-24:00", ((time(0), time(0)),)),
        ("20:00-00:00", ((time(20), time(0)),)),
        ("12am-12pm", ((time(0), time(12)),)),
        ("13-9", None),
        ("9-13, 12-15", None),
        ("9-24, 20-22", None),
        ("25-26", None),
        ("9:75-10", None),
        ("cerrado", None),
        ("9", None),
        ("9-13 x", None),
        ("9-9", None),
        ("1-2 " * 9, None),
    ],
)
def test_hours_are_read_as_one_writes_them(text, found):
    if found is None:
        with pytest.raises(ValidationError):
            spans.parse(text)
    else:
        assert spans.parse(text) == found
        assert spans.parse(spans.written(found)) == found


@pytest.mark.parametrize("role", ["agent", "officer", "manager", "marketer"])
def test_only_administrators_set_hours(role):
    client = browser(role)
    assert client.get(PAGE).status_code == 403
    for address in ("week/", "days/", "rules/", "days/1/remove/", "agencies/1/drop/", "undo/x/"):
        assert client.post(f"{PAGE}{address}").status_code == 403
    assert "/people/hours/" not in client.get("/settings/").content.decode()


def test_the_page_is_found_among_the_settings(admin):
    assert PAGE in admin.get("/settings/").content.decode()


def test_what_holds_until_somebody_enters_hours_stands_there(admin):
    page = admin.get(PAGE).content.decode()
    assert 'value="9:00–18:00"' in page and 'value="9:00–13:00"' in page
    assert "Nothing has been entered yet" in page


def test_hours_are_saved_and_taken_back(admin):
    answer = admin.post(f"{PAGE}week/", week(day0="8-12, 14-19", day6="10 a 24"))
    assert answer.status_code == 302
    monday, sunday = date(2026, 11, 16), date(2026, 11, 22)
    assert calendar_of().hours_of(monday) == ((time(8), time(12)), (time(14), time(19)))
    assert calendar_of().hours_of(sunday) == ((time(10), time(0)),)
    assert 'value="8:00–12:00, 14:00–19:00"' in admin.get(PAGE).content.decode()
    assert "as it was before" in undo_of(admin, answer)
    assert not OpeningHours.objects.exists()


def test_an_agency_gets_hours_of_its_own_and_loses_them_again(admin, cusco):
    page = admin.get(PAGE, {"agency": cusco.pk}).content.decode()
    assert "Cusco has the business&#x27;s hours" in page or "Cusco has the business's hours" in page
    admin.post(f"{PAGE}week/", week(agency=cusco.pk, day2="10-11"))
    wednesday = date(2026, 11, 18)
    assert calendar_of(cusco).hours_of(wednesday) == ((time(10), time(11)),)
    assert calendar_of().hours_of(wednesday) == ((time(9), time(18)),)
    answer = admin.post(f"{PAGE}agencies/{cusco.pk}/drop/")
    assert calendar_of(cusco).hours_of(wednesday) == ((time(9), time(18)),)
    undo_of(admin, answer)
    assert calendar_of(cusco).hours_of(wednesday) == ((time(10), time(11)),)


def test_what_was_changed_since_is_not_taken_back(admin):
    first = admin.post(f"{PAGE}week/", week(day0="8-12"))
    admin.post(f"{PAGE}week/", week(day0="8-13"))
    assert "changed again" in undo_of(admin, first)
    assert OpeningHours.objects.get().closes == time(13)
    assert (
        "no longer be undone" in admin.post(f"{PAGE}undo/nonsense/", follow=True).content.decode()
    )


@pytest.mark.parametrize(
    "days", [{}, {"day0": "mañana"}, {"day0": "9-13, 12-14"}, {"day0": "9:00" * 40}]
)
def test_wrong_hours_are_refused_and_stay_to_be_mended(admin, days):
    answer = admin.post(f"{PAGE}week/", week(**days))
    assert answer.status_code == 422 and not OpeningHours.objects.exists()
    page = answer.content.decode()
    assert "field-error" in page or "form-errors" in page
    assert days.get("day0", "")[:120] in page


def test_a_closed_day_is_added_removed_and_brought_back(admin, cusco):
    day = timezone.localdate() + timedelta(days=3)
    facts = {"name": "Inventario <b>", "first": day.isoformat(), "agency": cusco.pk}
    added = admin.post(f"{PAGE}days/", facts)
    one = SpecialDay.objects.get()
    assert (one.first, one.last, one.is_open, one.agency) == (day, day, False, cusco)
    assert "Inventario &lt;b&gt;" in admin.get(PAGE).content.decode()
    assert undo_of(admin, added) and not SpecialDay.objects.exists()
    admin.post(f"{PAGE}days/", facts | {"hours": "10-12", "last": day + timedelta(days=1)})
    one = SpecialDay.objects.get()
    removed = admin.post(f"{PAGE}days/{one.pk}/remove/")
    assert not SpecialDay.objects.exists()
    undo_of(admin, removed)
    back = SpecialDay.objects.get()
    assert (back.first, back.last, back.is_open) == (day, day + timedelta(days=1), True)
    assert (back.opens, back.closes, back.agency) == (time(10), time(12), cusco)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": ""},
        {"name": ""},
        {"last": "2020-01-01"},
        {"hours": "9-10, 11-12"},
        {"hours": "nunca"},
        {"agency": "999"},
        {"first": "ayer"},
    ],
)
def test_a_day_that_cannot_be_is_refused(admin, wrong):
    facts = {"name": "Feria", "first": "2030-01-02"} | wrong
    assert admin.post(f"{PAGE}days/", facts).status_code == 422
    assert not SpecialDay.objects.exists()


def test_coming_holidays_stand_there_until_one_works_on_them(admin, settings):
    settings.HOLIDAYS = "PE"
    assert ">Public holiday<" in admin.get(PAGE).content.decode()
    SpecialDay.objects.create(
        name="Abrimos", first=timezone.localdate(), last=date(2099, 1, 1), is_open=True
    )
    page = admin.get(PAGE).content.decode()
    assert ">Public holiday<" not in page and "open as usual" in page


def test_the_rules_of_answering_are_saved_as_often_as_one_likes(admin):
    facts = {"person_minutes": 5, "idle_minutes": 5, "close_days": 5}
    for minutes in (5, 6, 7):
        answer = admin.post(f"{PAGE}rules/", facts | {"queue_minutes": minutes})
        assert answer.status_code == 302
        assert AnsweringRules.current().queue_minutes == minutes
    undo_of(admin, answer)
    assert AnsweringRules.current().queue_minutes == 6


def test_the_rules_of_answering_are_saved_and_taken_back(admin):
    facts = {"queue_minutes": 15, "person_minutes": 0, "idle_minutes": 30, "close_days": 3}
    answer = admin.post(f"{PAGE}rules/", facts)
    assert AnsweringRules.current().queue_minutes == 15
    assert 'value="15"' in admin.get(PAGE).content.decode()
    undo_of(admin, answer)
    assert AnsweringRules.current().queue_minutes == 60
    for wrong in ({"queue_minutes": -1}, {"close_days": 0}, {"idle_minutes": "x"}):
        assert admin.post(f"{PAGE}rules/", facts | wrong).status_code == 422
    assert AnsweringRules.current().queue_minutes == 60


def test_an_agency_that_is_not_there_is_404(admin):
    for agency in ("999", "x", "9" * 30):
        assert admin.get(PAGE, {"agency": agency}).status_code == 404
    assert admin.post(f"{PAGE}week/", week(agency="999")).status_code == 404


def test_the_page_costs_few_queries_with_many_days(admin, django_assert_max_num_queries):
    for number in range(40):
        agency = Agency.objects.create(name=f"Agencia {number}")
        day = timezone.localdate() + timedelta(days=number)
        SpecialDay.objects.create(agency=agency, name=f"Día {number}", first=day, last=day)
    admin.get(PAGE)
    with django_assert_max_num_queries(22):
        admin.get(PAGE)

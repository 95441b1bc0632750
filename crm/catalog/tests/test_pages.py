"""Properties: the list, one of them, the form."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.catalog.models import Photo, Property

pytestmark = pytest.mark.once
LIST = "/properties/"
GOOD = {
    "title": "Villa Marina", "code": "VM-101", "status": "available", "operation": "sale",
    "kind": "apartment", "price": "90000", "currency": "USD", "district": "Miraflores",
}  # fmt: skip


def names(response):
    return re.findall(r'class="row-link"[^>]*>([^<]+)<', response.content.decode())


def test_every_address_wants_log_in_and_permission(browser, charlie, alice, make_property):
    villa = make_property()
    photo = Photo.objects.create(property=villa, image="x.jpg")
    for pattern in ("list", "create", "options"):
        url = reverse(f"catalog:{pattern}")
        assert browser().get(url).status_code == 302
        assert browser(charlie).get(url).status_code == 403
    for name in ("detail", "edit", "delete"):
        url = reverse(f"catalog:{name}", args=[villa.pk])
        assert browser().get(url).status_code == 302
        assert browser(charlie).get(url).status_code == 403
    for name in ("create",):
        assert browser(alice).post(reverse(f"catalog:{name}"), GOOD).status_code == 403
    for name in ("edit", "set_status", "delete"):
        url = reverse(f"catalog:{name}", args=[villa.pk])
        assert browser(alice).post(url, GOOD).status_code == 403
    assert browser(alice).post(reverse("catalog:caption", args=[photo.pk])).status_code == 403
    villa.refresh_from_db()
    assert villa.status == "available"


def test_filters_narrow(browser, alice, make_property):
    make_property("Villa Marina", "VM-1", district="Miraflores", price=90000, kind="house")
    make_property("Torre Única", "TU-2", operation="rent", price="2500.50", district="Lima")
    make_property("Terreno", "TE-3", status="withdrawn")
    page = browser(alice)

    def found(query):
        return set(names(page.get(f"{LIST}?{query}")))

    assert found("") == {"Villa Marina", "Torre Única", "Terreno"}
    assert found("operation=rent") == {"Torre Única"}
    assert found("kind=house") == {"Villa Marina"}
    assert found("status=withdrawn") == {"Terreno"}
    assert found("district=miraflores") == {"Villa Marina"}
    assert found("price_min=2500.51") == {"Villa Marina"}
    assert found("price_min=2500.50&price_max=90000") == {"Villa Marina", "Torre Única"}
    for asked in ("unica", "ÚNICA torre", "tu-2", "lima"):
        assert found(f"q={asked}") == {"Torre Única"}, asked
    assert names(page.get(f"{LIST}?sort=title")) == ["Terreno", "Torre Única", "Villa Marina"]


@pytest.mark.parametrize(
    "query",
    ["operation=xyz", "price_min=abc", "price_min=-5", "price_max=1e400", "price_max=nan",
     "price_min=99999999999999999999", "page=abc", "page=99999", "sort=zzz", "q=%00", "q=%25"],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(browser, alice, make_property, query):
    make_property(price=5)
    assert browser(alice).get(f"{LIST}?{query}").status_code == 200


def test_one_row_and_twenty_cost_the_same_queries(browser, alice, make_property):
    page = browser(alice)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            page.get(LIST)
        return [one for one in asked if 'FROM "conversations_channel"' not in one["sql"]]

    def another():
        Photo.objects.create(property=make_property(), image="x.jpg")

    another()
    page.get(LIST)
    one = queries()
    for _ in range(19):
        another()
    assert len(queries()) == len(one) <= 10


def test_a_property_is_entered_and_shown(browser, marta):
    page = browser(marta)
    response = page.post(reverse("catalog:create"), GOOD)
    villa = Property.objects.get()
    assert response.url == reverse("catalog:edit", args=[villa.pk])
    text = page.get(villa.get_absolute_url()).content.decode()
    assert "US$ 90,000" in text and "VM-101" in text
    assert page.post(reverse("catalog:edit", args=[villa.pk]), {**GOOD, "title": "Otra"}).url
    villa.refresh_from_db()
    assert villa.title == "Otra"


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"code": ""}, {"code": "VM 101"}, {"code": "<b>"}, {"code": "x" * 21},
        {"operation": "gift"}, {"kind": "castle"}, {"status": "xyz"}, {"price": "mucho"},
        {"price": "-1"}, {"price": "1.234"}, {"price": "NaN"}, {"price": "1e20"},
        {"currency": "BTC"}, {"latitude": "91", "longitude": "0"}, {"latitude": "-12.1"},
        {"area_m2": "-1"}, {"bedrooms": "-1"}, {"bedrooms": "40000"}, {"responsible": "99999"},
        {"description": "x" * 10_001},
    ],
)  # fmt: skip
def test_a_wrong_form_says_where_and_keeps_the_rest(browser, marta, wrong):
    text = browser(marta).post(reverse("catalog:create"), {**GOOD, **wrong}).content.decode()
    assert "field-error" in text
    assert "Miraflores" in text
    assert not Property.objects.exists()


def test_a_code_exists_once_in_any_case(browser, marta, make_property):
    other = make_property(code="vm-101")
    url = reverse("catalog:create")
    assert "field-error" in browser(marta).post(url, GOOD).content.decode()
    edit = reverse("catalog:edit", args=[other.pk])
    assert browser(marta).post(edit, {**GOOD, "code": "VM-101"}).status_code == 302
    assert Property.objects.count() == 1


def test_a_property_is_withdrawn_and_back_again(browser, marta, make_property):
    villa = make_property()
    page, url = browser(marta), reverse("catalog:set_status", args=[villa.pk])
    text = page.post(url, {"status": "withdrawn"}, follow=True).content.decode()
    undo = re.search(r'action="([^"]+status=available)"', text).group(1)
    villa.refresh_from_db()
    assert villa.status == "withdrawn"
    page.post(undo)
    villa.refresh_from_db()
    assert villa.status == "available"
    page.post(url, {"status": "xyz"})
    villa.refresh_from_db()
    assert villa.status == "available"


def test_one_without_leads_may_be_deleted_by_who_may(browser, colleague, make_property):
    boss = colleague("", username="raiz", is_superuser=True)
    villa = make_property()
    url = reverse("catalog:delete", args=[villa.pk])
    assert "form" in browser(boss).get(url).content.decode()
    browser(boss).post(url)
    assert not Property.objects.exists()


def test_titles_are_text_and_never_markup(browser, marta, make_property):
    evil = "<script>alert(1)</script>"
    villa = make_property(evil, district=evil, description=evil, address=evil)
    for url in (LIST, villa.get_absolute_url(), reverse("catalog:edit", args=[villa.pk]),
                reverse("catalog:options"), "/search/?q=script"):  # fmt: skip
        assert evil not in browser(marta).get(url).content.decode(), url


def test_half_a_word_offers_properties(browser, alice, make_property):
    make_property("Villa Marina", "VM-1")
    make_property("Casa Sol", "CS-1")
    text = browser(alice).get("/properties/options/?property=mari").content.decode()
    assert 'value="VM-1"' in text and "CS-1" not in text


def test_a_piece_from_within_a_word_means_no_property(browser, alice, make_property):
    make_property("Casa en Yanahuara", "CY-007")
    for asked, offered in (("ana", False), ("yana", True), ("cy-0", True), ("007", True)):
        text = browser(alice).get(f"/properties/options/?property={asked}").content.decode()
        assert ("CY-007" in text) == offered, asked


def test_what_does_not_exist_is_not_there(browser, marta):
    for name in ("detail", "edit"):
        for pk in (1, 10**30):
            url = f"/properties/{pk}/" + ("edit/" if name == "edit" else "")
            assert browser(marta).get(url).status_code == 404


def test_an_empty_list_says_what_to_do(browser, marta, alice):
    assert reverse("catalog:create") in browser(marta).get(LIST).content.decode()
    text = browser(alice).get(LIST).content.decode()
    assert "empty-state" in text and reverse("catalog:create") not in text

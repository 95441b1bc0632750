"""The list of leads: who sees what, filters, paging, price."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.people.models import Contact, ContactPoint
from leads.models import Lead

LIST = "/leads/"


def names(response):
    return re.findall(r'class="row-link"[^>]*>([^<]+)<', response.content.decode())


def test_a_stranger_is_sent_to_log_in_and_a_roleless_colleague_is_refused(browser, charlie):
    assert browser().get(LIST).status_code == 302
    assert browser(charlie).get(LIST).status_code == 403


def test_an_agent_sees_own_and_free_leads_a_manager_all(browser, alice, bob, greta, make_lead):
    make_lead("De Alicia", assigned_to=alice)
    make_lead("De nadie")
    make_lead("De Bruno", assigned_to=bob)
    assert set(names(browser(alice).get(LIST))) == {"De Alicia", "De nadie"}
    assert set(names(browser(greta).get(LIST))) == {"De Alicia", "De nadie", "De Bruno"}


def test_the_newest_word_is_on_top_and_either_moment_can_be_sorted_by(browser, greta, make_lead):
    old = timezone.now() - timedelta(days=9)
    make_lead("Vuelve", ago=1, first_message_at=old)
    make_lead("Nueva", ago=5)
    page = browser(greta)
    assert names(page.get(LIST)) == ["Vuelve", "Nueva"]
    assert names(page.get(f"{LIST}?sort=last_message_at")) == ["Nueva", "Vuelve"]
    assert names(page.get(f"{LIST}?sort=-first_message_at")) == ["Nueva", "Vuelve"]
    assert names(page.get(f"{LIST}?sort=nonsense")) == ["Vuelve", "Nueva"]


def test_filters_narrow_and_stand_beside_each_other(browser, greta, bob, make_lead, make_property):
    villa, casa = make_property("Villa Marina", "VM-1"), make_property("Casa Sol", "CS-1")
    make_lead("Una", status="new", property=villa, source="ad", assigned_to=bob)
    make_lead("Dos", status="contacted", property=casa)
    make_lead("Tres", status="new", property=casa, assigned_to=greta)
    page = browser(greta)

    def found(query):
        return set(names(page.get(f"{LIST}?{query}")))

    assert found("status=new") == {"Una", "Tres"}
    assert found(f"status=new&assigned_to={bob.pk}") == {"Una"}
    assert found("assigned_to=unassigned") == {"Dos"}
    assert found("assigned_to=mine") == {"Tres"}
    assert found("source=ad") == {"Una"}
    assert found("property=vm-1") == {"Una"}
    assert found(f"property={casa.pk}") == {"Dos", "Tres"}
    assert found("property=Casa+Sol&status=new") == {"Tres"}


def test_first_messages_of_a_range_of_days_in_their_order(browser, greta, make_lead):
    today = timezone.localtime().replace(hour=12)
    make_lead("Hoy", first_message_at=today, ago=9)
    make_lead("Ayer", first_message_at=today - timedelta(days=1), ago=1)
    make_lead("Antes", first_message_at=today - timedelta(days=8), ago=0)
    page = browser(greta)
    day = (today - timedelta(days=1)).date().isoformat()
    assert names(page.get(f"{LIST}?since={day}")) == ["Hoy", "Ayer"]
    assert names(page.get(f"{LIST}?since={day}&sort=-last_message_at")) == ["Hoy", "Ayer"]
    assert names(page.get(f"{LIST}?since={day}&until={day}")) == ["Ayer"]


@pytest.mark.parametrize(
    "asked",
    [
        "maria", "MARÍA", "ría q", "quispe maria", "987 654 321", "+51987654321", "654321",
        "51987654", "maria@ejemplo", "villa", "vm-77", "marina vi",
    ],
)  # fmt: skip
def test_search_finds_name_number_address_and_property(
    browser, greta, make_lead, make_property, asked
):
    lead = make_lead("María Quispe", phone="+51987654321", property=make_property(code="VM-77"))
    ContactPoint.objects.create(contact=lead.contact, kind="email", value="maria@ejemplo.test")
    make_lead("Otro Nombre", phone="+51911111111")
    assert names(browser(greta).get(LIST, {"q": asked})) == ["María Quispe"]


@pytest.mark.parametrize("asked", ["zzz", "%", "_", "\\", "'; --", "💥", "x" * 100, "1" * 30])
def test_search_for_what_is_not_there_finds_nothing(browser, greta, make_lead, asked):
    make_lead()
    response = browser(greta).get(LIST, {"q": asked})
    assert response.status_code == 200
    assert names(response) == []


@pytest.mark.parametrize(
    "query",
    [
        "status=xyz", "page=99999", "page=abc", "page=-1", "page=0", "assigned_to=foo",
        "assigned_to=99999999999999999999", "since=abc", "since=2026-13-45", "until=0001-01-01",
        "until=9999-12-31", "property=NOPE", "property=99999999999999999999999", "source=", "q=%00",
        "sort=-last_message_at&sort=zzz", "per_page=100000", "status=new&status=won",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(browser, greta, make_lead, query):
    make_lead()
    assert browser(greta).get(f"{LIST}?{query}").status_code == 200


def test_paging_keeps_the_filters(browser, greta, make_lead):
    for number in range(30):
        make_lead(f"Persona {number}", ago=number)
    page = browser(greta).get(f"{LIST}?status=new&assigned_to=unassigned")
    assert len(names(page)) == 25
    text = page.content.decode()
    assert "?status=new&amp;assigned_to=unassigned&amp;page=2" in text
    second = browser(greta).get(f"{LIST}?status=new&assigned_to=unassigned&page=2")
    assert names(second) == [f"Persona {n}" for n in range(25, 30)]


def test_htmx_gets_the_table_alone(browser, greta, make_lead):
    make_lead()
    response = browser(greta).get(LIST, headers={"HX-Request": "true", "HX-Target": "table"})
    text = response.content.decode()
    assert "<html" not in text and 'id="table"' in text
    assert 'data-pulse="leads"' in text


def test_names_are_text_and_never_markup(browser, greta, make_lead, make_property):
    evil = "<script>alert(1)</script>"
    make_lead(evil, property=make_property(evil), last_text=evil)
    assert evil not in browser(greta).get(LIST).content.decode()


def queries_of(page, url):
    """What a page asks the database, with what is asked for once in a while (the channels)."""
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        assert page.get(url).status_code == 200
    return [one["sql"] for one in asked]


def test_one_row_and_twenty_cost_the_same_ten_queries(
    browser, greta, alice, make_lead, make_property
):
    page = browser(greta)
    make_lead(assigned_to=alice, property=make_property(code="P-1"))
    page.get(LIST)
    one = queries_of(page, LIST)
    for number in range(19):
        make_lead(f"P {number}", assigned_to=alice, property=make_property())
    assert len(queries_of(page, LIST)) == len(one)
    for number in range(10):  # more than a page, so that they are counted
        make_lead(f"Q {number}", assigned_to=alice)
    for query in ("", "q=mar&status=new&assigned_to=mine&sort=-first_message_at",
                  "property=P-1", "q=987654", "since=2026-01-01&source=ad"):  # fmt: skip
        assert len(queries_of(page, f"{LIST}?{query}")) <= 10, query


def test_counting_looks_up_nothing_that_only_a_row_shows(browser, alice, make_lead):
    for number in range(26):
        make_lead(f"P {number}")
    for query in ("", "assigned_to=unassigned&status=new"):
        [count] = [
            sql
            for sql in queries_of(browser(alice), f"{LIST}?{query}")
            if sql.startswith("SELECT COUNT") and "LIMIT 251" in sql
        ]
        assert "people_contactpoint" not in count
        assert count.count("assigned_to_id") == 1 + (not query), "visible is said once"


def test_the_pulse_says_that_a_lead_came_and_tells_strangers_nothing(
    browser, alice, charlie, make_lead
):
    page, before = browser(alice), browser(alice).get("/pulse/?leads=").content
    make_lead()
    after = page.get("/pulse/?leads=").json()
    assert after["leads"]
    assert page.get("/pulse/", {"leads": after["leads"]}).status_code == 204
    assert before != after
    assert browser(charlie).get("/pulse/?leads=1&lead:1=1").status_code == 204


def test_a_lead_that_left_ones_sight_pulses_as_blank(browser, alice, bob, make_lead):
    lead = make_lead(assigned_to=alice)
    key = f"lead:{lead.pk}"
    assert browser(alice).get("/pulse/", {key: "1"}).json()[key]
    Lead.objects.update(assigned_to=bob)
    assert browser(alice).get("/pulse/", {key: "1"}).json()[key] == ""


def test_an_empty_list_says_what_comes(browser, alice):
    text = browser(alice).get(LIST).content.decode()
    assert "empty-state" in text and reverse("leads:create") in text


def test_search_box_and_dashboard_count_only_what_one_may_see(
    browser, alice, bob, make_lead, make_property
):
    make_lead("Mía Rojas", assigned_to=alice, property=make_property())
    make_lead("Ajena Rojas", assigned_to=bob)
    make_lead("Libre Rojas", source="ad")
    found = browser(alice).get("/search/?q=rojas").content.decode()
    assert len(set(re.findall(r'href="(/leads/\d+/)"', found))) == 2
    assert "Ajena Rojas" not in re.sub(r'href="/people/.*?</a>', "", found, flags=re.S)
    home = browser(alice).get("/").content.decode()
    assert "/leads/?status=new" in home and "/leads/?source=ad" in home
    assert "/leads/?assigned_to=unassigned" in home


def test_contacts_that_are_a_colleagues_are_not_found(browser, alice, bob):
    Contact.objects.create(name="Ajena Paredes", owner=bob)
    assert "Ajena" not in browser(alice).get("/search/?q=paredes").content.decode()


def test_the_menu_counts_new_leads_that_nobody_has(browser, alice, make_lead):
    make_lead()
    make_lead(status="contacted")
    make_lead(assigned_to=alice)
    assert 'data-waiting="1"' in browser(alice).get(LIST).content.decode()

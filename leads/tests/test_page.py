"""The page of a lead, and everything that is done there, through the browser's door."""

import pytest
from django.urls import reverse

from crm.conversations.models import Channel, ChannelIdentity, Conversation
from crm.people.models import Contact, ContactPoint, Note
from leads.models import Lead, LeadChange

pytestmark = pytest.mark.once
HTMX = {"HX-Request": "true"}


def urls_of(lead):
    """Every address of a lead, and whether it is only POSTed to."""
    point = lead.contact.points.first()
    change = LeadChange.objects.create(lead=lead, field="status", old="new", new="won")

    def one(name, *args):
        return reverse(f"leads:{name}", args=[lead.pk, *args])

    return [
        ("get", one("detail")),
        ("get", one("fact", "name")),
        ("post", one("fact", "name")),
        ("post", one("assign")),
        ("post", one("status")),
        ("post", one("note")),
        ("post", one("add_point")),
        ("post", one("remove_point", point.pk)),
        ("post", one("undo", change.pk)),
    ]


def test_another_agents_lead_is_not_there_at_any_address(browser, alice, bob, make_lead):
    lead = make_lead(assigned_to=bob)
    body = {"name": "X", "status": "won", "to": alice.pk, "text": "hola"}
    for method, url in urls_of(lead):
        assert getattr(browser(alice), method)(url, body).status_code == 404, url
        assert getattr(browser(alice), method)(url, body, headers=HTMX).status_code == 404, url
    lead.refresh_from_db()
    assert (lead.status, lead.assigned_to, lead.contact.name) == ("new", bob, "María Quispe")
    assert not Note.objects.exists()


def test_a_stranger_logs_in_first_and_a_roleless_colleague_is_refused(browser, charlie, make_lead):
    for method, url in urls_of(make_lead()):
        assert getattr(browser(), method)(url).status_code == 302, url
        assert getattr(browser(charlie), method)(url).status_code == 403, url


def test_what_writes_wants_a_post(browser, greta, make_lead):
    for method, url in urls_of(make_lead()):
        if method == "post" and "/facts/" not in url:
            assert browser(greta).get(url).status_code == 405, url


def test_the_page_shows_it_all_and_escapes_it(browser, alice, make_lead, make_property):
    evil = "<img src=x onerror=alert(1)>"
    lead = make_lead(evil, assigned_to=alice, property=make_property(evil))
    Note.objects.create(contact=lead.contact, author=alice, text=evil)
    other = make_lead(contact=lead.contact, property=make_property("Casa Sol"))
    text = browser(alice).get(lead.get_absolute_url()).content.decode()
    assert evil not in text and "&lt;img src=x" in text
    assert other.get_absolute_url() in text and "Casa Sol" in text


def test_the_page_names_the_advertisement_and_links_only_to_the_web(browser, alice, make_lead):
    lead = make_lead(assigned_to=alice, ad_title="Casa <b>sol</b>", ad_url="https://fb.me/1")
    text = browser(alice).get(lead.get_absolute_url()).content.decode()
    assert 'href="https://fb.me/1"' in text and "Casa &lt;b&gt;sol&lt;/b&gt;" in text
    Lead.objects.update(ad_url="javascript:alert(1)")
    assert "javascript:" not in browser(alice).get(lead.get_absolute_url()).content.decode()


def test_a_page_of_many_notes_and_changes_costs_no_more_queries(
    browser, alice, make_lead, django_assert_max_num_queries
):
    lead = make_lead(assigned_to=alice)
    for number in range(25):
        Note.objects.create(contact=lead.contact, author=alice, text=f"Nota {number}")
        LeadChange.objects.create(lead=lead, actor=alice, field="owner", new=str(alice.pk))
    page = browser(alice)
    with django_assert_max_num_queries(25):
        text = page.get(lead.get_absolute_url()).content.decode()
    assert text.count("note-text") < 15
    assert page.get(f"{lead.get_absolute_url()}?all=1").content.decode().count("Nota ") == 25


def test_taking_answers_with_the_part_and_offers_undo(browser, alice, make_lead):
    lead = make_lead()
    url = reverse("leads:assign", args=[lead.pk])
    response = browser(alice).post(url, {"to": alice.pk, "was": ""}, headers=HTMX)
    assert 'id="steps"' in response.content.decode()
    change = lead.changes.get(field="assigned_to")
    undo = reverse("leads:undo", args=[lead.pk, change.pk])
    assert undo in response["HX-Trigger"]
    answer = browser(alice).post(undo, {"next": lead.get_absolute_url()})
    assert answer.url == lead.get_absolute_url()
    lead.refresh_from_db()
    assert lead.assigned_to is None


def test_whoever_saw_an_older_state_is_told_and_changes_nothing(browser, alice, greta, make_lead):
    lead = make_lead(assigned_to=alice, status="contacted")
    page = browser(greta)
    body = {"to": greta.pk, "was": ""}
    page.post(reverse("leads:assign", args=[lead.pk]), body, headers=HTMX)
    page.post(reverse("leads:status", args=[lead.pk]), {"status": "won", "was": "new"})
    lead.refresh_from_db()
    assert (lead.assigned_to, lead.status) == (alice, "contacted")


def test_handing_on_leads_back_to_the_list_and_can_be_undone(browser, alice, bob, make_lead):
    lead = make_lead(assigned_to=alice)
    page, url = browser(alice), reverse("leads:assign", args=[lead.pk])
    response = page.post(url, {"to": bob.pk, "was": alice.pk}, headers=HTMX)
    assert response["HX-Redirect"] == reverse("leads:list")
    assert page.get(lead.get_absolute_url()).status_code == 404
    change = lead.changes.get(field="assigned_to")
    page.post(reverse("leads:undo", args=[lead.pk, change.pk]))
    lead.refresh_from_db()
    assert lead.assigned_to == alice


def test_an_open_page_whose_lead_was_taken_is_led_away(browser, alice, bob, make_lead):
    lead = make_lead(assigned_to=bob)
    headers = {**HTMX, "HX-Target": "steps"}
    response = browser(alice).get(lead.get_absolute_url(), headers=headers)
    assert (response.status_code, response["HX-Redirect"]) == (404, reverse("leads:list"))


@pytest.mark.parametrize("to", ["abc", "-1", "99999999999999999999", "0"])
def test_nobody_is_assigned_to_nobody_known(browser, greta, make_lead, to):
    lead = make_lead()
    response = browser(greta).post(reverse("leads:assign", args=[lead.pk]), {"to": to})
    assert response.status_code == 302
    assert not lead.changes.exists()


def test_a_fact_is_edited_in_place(browser, alice, make_lead):
    lead = make_lead(assigned_to=alice)
    page, url = browser(alice), reverse("leads:fact", args=[lead.pk, "name"])
    assert "<input" in page.get(url, headers=HTMX).content.decode()
    assert "<input" not in page.get(f"{url}?give-up=1", headers=HTMX).content.decode()
    saved = page.post(url, {"name": "  María   Elena "}, headers=HTMX).content.decode()
    assert "María Elena" in saved and "hx-swap-oob" in saved
    change = lead.changes.get()
    assert (change.field, change.old, change.new) == ("name", "María Quispe", "María Elena")
    assert page.get(url).url.endswith("?edit=name")
    assert page.post(url, {"name": "Otra"}).status_code == 302


@pytest.mark.parametrize(
    ("name", "value"),
    [("birthday", "mañana"), ("birthday", "1850-01-01"), ("birthday", "2999-01-01"),
     ("document_number", "1" * 21), ("language", "klingon"), ("name", "x" * 201),
     ("tags", ",".join(f"t{n}" for n in range(11)))],
)  # fmt: skip
def test_a_wrong_fact_keeps_its_words_and_says_why(browser, alice, make_lead, name, value):
    lead = make_lead(assigned_to=alice)
    url = reverse("leads:fact", args=[lead.pk, name])
    for headers in (HTMX, {}):
        text = browser(alice).post(url, {name: value}, headers=headers).content.decode()
        assert "field-error" in text
    assert not lead.changes.exists()


def test_tags_are_words_with_commas(browser, alice, make_lead):
    lead = make_lead(assigned_to=alice)
    url = reverse("leads:fact", args=[lead.pk, "tags"])
    browser(alice).post(url, {"tags": "VIP, con hijos , vip"}, headers=HTMX)
    assert sorted(str(tag) for tag in lead.contact.tags.all()) == ["con hijos", "vip"]
    browser(alice).post(url, {"tags": ""}, headers=HTMX)
    assert not lead.contact.tags.exists()


def test_no_other_column_can_be_reached(browser, alice, make_lead):
    lead = make_lead(assigned_to=alice)
    for name in ("owner", "id", "merged_into"):
        url = reverse("leads:fact", args=[lead.pk, name])
        assert browser(alice).post(url, {name: "1"}).status_code == 404


def test_phones_and_addresses_are_added_and_removed(browser, alice, make_lead):
    lead = make_lead(assigned_to=alice)
    page, url = browser(alice), reverse("leads:add_point", args=[lead.pk])
    page.post(url, {"text": "987 111 222"}, headers=HTMX)
    page.post(url, {"text": "Maria@Ejemplo.TEST"}, headers=HTMX)
    values = set(lead.contact.points.values_list("value", flat=True))
    assert {"+51987111222", "maria@ejemplo.test"} <= values
    for wrong in ("hola", "a@b", "987 111 222", "\x00"):
        assert "field-error" in page.post(url, {"text": wrong}, headers=HTMX).content.decode()
    first = lead.contact.points.get(primary=True, kind="phone")
    page.post(reverse("leads:remove_point", args=[lead.pk, first.pk]), headers=HTMX)
    assert lead.contact.points.get(kind="phone").primary
    foreign = ContactPoint.objects.create(
        contact=Contact.objects.create(), kind="phone", value="+1"
    )
    url = reverse("leads:remove_point", args=[lead.pk, foreign.pk])
    assert page.post(url, headers=HTMX).status_code == 404


def test_a_note_is_kept_and_an_empty_one_explained(browser, alice, make_lead):
    lead = make_lead(assigned_to=alice)
    url = reverse("leads:note", args=[lead.pk])
    assert (
        "Llamar el lunes"
        in browser(alice).post(url, {"text": "Llamar el lunes"}, headers=HTMX).content.decode()
    )
    assert "field-error" in browser(alice).post(url, {"text": " "}, headers=HTMX).content.decode()
    assert Note.objects.get().author == alice


def conversation_of(contact, name):
    channel = Channel.objects.create(name=name, provider="simulator")
    identity = ChannelIdentity.objects.create(channel=channel, contact=contact)
    return Conversation.objects.create(identity=identity, channel=channel, contact=contact)


def test_the_conversations_stand_in_tabs_and_load_themselves(browser, alice, make_lead):
    lead = make_lead(assigned_to=alice)
    page = browser(alice)
    assert "empty-state" in page.get(lead.get_absolute_url()).content.decode()
    first, second = (conversation_of(lead.contact, name) for name in ("WhatsApp", "Telegram"))

    def panel(one):
        return f'hx-get="{reverse("inbox:panel", args=[one.pk])}"'

    text = page.get(f"{lead.get_absolute_url()}?talk={first.pk}").content.decode()
    assert panel(first) in text and panel(second) not in text and "Telegram" in text
    assert page.get(f"{lead.get_absolute_url()}?talk=xyz").status_code == 200


def test_a_lead_is_entered_by_hand_for_who_is_known_by_number(
    browser, alice, make_lead, make_property
):
    known = make_lead("", phone="+51987654321", status="won", closed_at="2026-01-01T00:00Z")
    villa = make_property("Villa Marina", "VM-9")
    body = {"phone": "987 654 321", "name": "Ana", "property": "villa marina",
            "assigned_to": alice.pk, "note": "Llamó por teléfono"}  # fmt: skip
    response = browser(alice).post(reverse("leads:create"), body)
    lead = Lead.objects.open().get()
    assert response.url == lead.get_absolute_url()
    assert (lead.contact, lead.property, lead.source) == (known.contact, villa, "manual")
    assert lead.contact.name == "" or lead.contact.name == "Ana"
    assert Note.objects.get().text == "Llamó por teléfono"
    again = browser(alice).post(reverse("leads:create"), body)
    assert again.url == lead.get_absolute_url()
    assert Lead.objects.open().count() == 1


def test_a_number_entered_by_hand_is_kept_as_it_was_typed(browser, alice):
    browser(alice).post(reverse("leads:create"), {"phone": " 987 654-321 ", "name": "Ana"})
    point = ContactPoint.objects.get(contact__leads__isnull=False)
    assert (point.value, point.raw) == ("+51987654321", "987 654-321")


def test_a_colleagues_open_lead_is_named_without_being_shown(browser, alice, bob, make_lead):
    make_lead(phone="+51987654321", assigned_to=bob)
    response = browser(alice).post(reverse("leads:create"), {"phone": "987654321"})
    assert response.status_code == 200
    assert "form-errors" in response.content.decode()


@pytest.mark.parametrize(
    "body",
    [{}, {"phone": "hola"}, {"name": "  "}, {"name": "A", "property": "NOPE"},
     {"name": "A", "assigned_to": "99999"}, {"name": "A", "note": "x" * 5001}],
)  # fmt: skip
def test_a_wrong_entry_makes_nothing(browser, alice, body):
    response = browser(alice).post(reverse("leads:create"), body)
    assert response.status_code == 200
    assert not Lead.objects.exists() and not Contact.objects.exists()


def test_an_agent_enters_leads_for_oneself_only(browser, alice, bob):
    body = {"name": "Ana", "assigned_to": bob.pk}
    assert browser(alice).post(reverse("leads:create"), body).status_code == 200
    assert not Lead.objects.exists()


def test_a_propertys_page_gets_only_visible_leads(browser, alice, bob, make_lead, make_property):
    villa = make_property()
    make_lead("Mía", property=villa, assigned_to=alice)
    make_lead("Ajena", property=villa, assigned_to=bob)
    text = browser(alice).get(reverse("leads:of_property", args=[villa.pk])).content.decode()
    assert "Mía" in text and "Ajena" not in text

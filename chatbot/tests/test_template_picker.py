"""Writing by template: finding one, filling it in, seeing how it reads, sending it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from chatbot.tests.composing import PDF, PNG, close_window, file, on_disk, template
from chatbot.tests.desk import HTMX, at, browser, conversation, events, hear, owner, say, words
from chatbot.work import work_off
from crm.catalog.models import Property
from crm.conversations import ownership
from crm.conversations.models import Channel, Message, MessageTemplate
from crm.people.models import Contact
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NASTY = '<script>alert(1)</script>"><img src=x>'


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def closed(talk):
    close_window(talk)
    return talk


@pytest.fixture
def client_of_agent(agent):
    return browser(agent)


def fill(talk, one, name="template"):
    return reverse(f"inbox:{name}", args=[talk.pk, one.pk])


def offered(client, talk, **query):
    offers = client.get(at("templates", talk.pk), query).context["offers"]
    return [offer.template.name for offer in offers if not offer.why_not]


def post(client, talk, one, *, headers=HTMX, **fields):
    return client.post(fill(talk, one), {"token": "t", **fields}, headers=headers)


def ours():
    return list(Message.objects.filter(direction="out").order_by("id"))


HEADER = {"type": "HEADER", "format": "IMAGE"}
BUTTON = {
    "type": "BUTTONS",
    "buttons": [{"type": "URL", "text": "Ver", "url": "https://e.test/{{1}}"}],
}


# --- Choosing --------------------------------------------------------------------------------


def test_only_what_is_approved_on_this_channel_is_offered(closed, client_of_agent):
    other = Channel.objects.create(name="Otro", provider="meta", mode="live")
    template(closed.channel, "cita")
    template(other, "ajena")
    for status in ("PENDING", "REJECTED", "PAUSED", "DISABLED", "GONE", "ALGO_NUEVO"):
        template(closed.channel, f"no_{status.lower()}", status=status)
    assert offered(client_of_agent, closed) == ["cita"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("cita", ["cita_confirmada"]),
        ("CITA confirmada", ["cita_confirmada"]),
        ("cita_conf", ["cita_confirmada"]),
        ("sabado", ["cita_confirmada"]),
        ("visita", ["recordatorio"]),
        ("zzz", []),
        ("", ["cita_confirmada", "recordatorio"]),
    ],
    ids=["name", "words", "underscore", "accents", "body", "nothing", "all"],
)
def test_searching_by_name_and_words(closed, client_of_agent, asked, found):
    template(closed.channel, "cita_confirmada", "Nos vemos el sábado, {{1}}")
    template(closed.channel, "recordatorio", "Te recordamos tu visita")
    assert offered(client_of_agent, closed, q=asked) == found


def test_a_search_brings_rows_alone(closed, client_of_agent):
    template(closed.channel)
    rows = f"picker-rows-{closed.pk}"
    html = words(
        client_of_agent.get(at("templates", closed.pk), headers={**HTMX, "HX-Target": rows})
    )
    assert f'id="{rows}"' in html
    assert "picker-search" not in html


def test_the_language_is_named_and_no_code(closed, client_of_agent):
    one = template(closed.channel, "cita", language="es_PE")
    for page in (at("templates", closed.pk), fill(closed, one)):
        text = words(client_of_agent.get(page))
        assert "español (Perú)" in text and "es_PE" not in text


def test_without_scripts_it_is_a_page(closed, client_of_agent):
    one = template(closed.channel, body="Hola {{1}}")
    page = words(client_of_agent.get(at("templates", closed.pk)))
    assert "<html" in page
    assert fill(closed, one) in page
    form = words(client_of_agent.get(fill(closed, one)))
    assert "<html" in form
    assert "hx-post" not in form.partition("picker-form")[2].partition("picker-fields")[0]
    answer = post(client_of_agent, closed, one, headers={}, **{"v.body.1": "Ana"})
    assert (answer.status_code, answer.url) == (302, at("detail", closed.pk))


def test_without_any_it_says_where_they_come_from(closed, client_of_agent):
    assert "empty-state" in words(client_of_agent.get(at("templates", closed.pk), headers=HTMX))


# --- Filling in ------------------------------------------------------------------------------


def test_what_is_known_stands_there_already(closed, agent, client_of_agent):
    villa = Property.objects.create(code="VM-1", title="Villa Marina", price=100)
    Lead.objects.create(contact=closed.contact, property=villa, assigned_to=agent)
    one = template(closed.channel, "cita", "Hola {{1}}, soy {{2}} por la propiedad {{3}} el {{4}}.")
    context = client_of_agent.get(fill(closed, one)).context
    assert [field.value for field in context["fields"]] == ["Rosa", "María", "Villa Marina", ""]


def test_a_group_has_no_first_name(closed, client_of_agent):
    closed.is_group = True
    closed.save()
    one = template(closed.channel, body="Hola {{1}}")
    context = client_of_agent.get(fill(closed, one)).context
    assert [field.value for field in context["fields"]] == [""]


def test_the_preview_reads_as_the_message_will(closed, client_of_agent):
    one = template(closed.channel, "cita", "Hola {{1}}, ven el {{2}}.", BUTTON)
    given = {"v.body.1": "Ana", "v.body.2": "sábado"}
    html = words(client_of_agent.post(fill(closed, one, "preview"), given, headers=HTMX))
    assert "Hola Ana, ven el sábado." in html
    assert "<li>Ver</li>" in html
    assert "picker-form" not in html
    assert ours() == []


def test_it_is_sent_as_filled_in(graph, closed, agent, client_of_agent):
    one = template(closed.channel, "cita", "Hola {{1}}, ven el {{2}}.", BUTTON)
    given = {"v.body.1": "Ana", "v.body.2": " el  sábado ", "v.button0.1": "vm-1"}
    answer = post(client_of_agent, closed, one, **given)
    assert answer.status_code == 204
    assert set(events(answer)) == {"talk-refresh", "talk-templated"}
    (message,) = ours()
    assert (message.template, message.user, message.author) == (one, agent, "colleague")
    assert message.text.startswith("Hola Ana, ven el el sábado.")
    assert owner(closed) == ("human", agent)
    work_off()
    sent = graph.sent[0]["template"]
    assert sent["name"] == "cita"
    assert [[p["text"] for p in part["parameters"]] for part in sent["components"]] == [
        ["Ana", "el sábado"],
        ["vm-1"],
    ]


def test_sending_the_same_form_twice_makes_one_message(closed, client_of_agent):
    one = template(closed.channel, body="¿Seguimos?")
    for _ in range(2):
        assert post(client_of_agent, closed, one).status_code == 204
    assert len(ours()) == 1


def test_a_header_wants_its_file_and_sends_it(graph, closed, client_of_agent):
    one = template(closed.channel, "ficha", "La ficha", HEADER)
    assert post(client_of_agent, closed, one).status_code == 422
    assert post(client_of_agent, closed, one, file=file(PDF, "ficha.pdf")).status_code == 422
    assert on_disk() == [] and ours() == []
    assert post(client_of_agent, closed, one, file=file(PNG, "foto.png")).status_code == 204
    (message,) = ours()
    assert (message.kind, message.attachments.get().mime) == ("image", "image/png")
    work_off()
    assert graph.uploads[0]["bytes"] == PNG
    header = graph.sent[0]["template"]["components"][0]
    assert (header["type"], header["parameters"][0]["type"]) == ("header", "image")


def test_a_file_nobody_asked_for_is_left_out(closed, client_of_agent):
    one = template(closed.channel, body="¿Seguimos?")
    assert post(client_of_agent, closed, one, file=file()).status_code == 204
    assert on_disk() == []


# --- What is refused -------------------------------------------------------------------------


def refused(client, talk, one, **fields):
    """The reason, in words: nothing was sent, and what was filled in stands there still."""
    answer = post(client, talk, one, **fields)
    assert (answer.status_code, ours()) == (422, [])
    page = post(client, talk, one, headers={}, **fields)
    assert page.status_code == 422
    for key, value in fields.items():
        assert not key.startswith("v.") or value in words(page)
    assert owner(talk) == ("bot", None)
    assert on_disk() == []
    return words(answer)


def test_a_missing_value_is_named(closed, client_of_agent):
    one = template(closed.channel, body="Hola {{nombre}}, ven el {{fecha}}")
    told = refused(client_of_agent, closed, one, **{"v.body.nombre": "Ana", "v.body.fecha": "  "})
    assert "fecha" in told
    assert "nombre" not in told


@pytest.mark.parametrize("status", ["PENDING", "PAUSED", "GONE"])
def test_what_is_not_approved_any_more_is_not_sent(closed, client_of_agent, status):
    one = template(closed.channel, body="¿Seguimos?", status=status)
    assert refused(client_of_agent, closed, one)
    form = client_of_agent.get(fill(closed, one))
    assert form.context["why_not"]


def test_who_wants_no_marketing_gets_none(closed, client_of_agent):
    advert = template(closed.channel, "oferta", "Oferta", category="MARKETING")
    template(closed.channel, "cita", "Tu cita")
    Contact.objects.update(opted_out_at=timezone.now())
    assert offered(client_of_agent, closed) == ["cita"]
    listed = client_of_agent.get(at("templates", closed.pk))
    assert [offer.why_not != "" for offer in listed.context["offers"]] == [False, True]
    assert fill(closed, advert) not in words(listed)
    assert refused(client_of_agent, closed, advert)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copiar"}]},
        {"type": "CAROUSEL", "cards": []},
        {"type": "HEADER", "format": "LOCATION"},
    ],
    ids=["code", "carousel", "place"],
)
def test_what_asks_for_more_than_words_is_not_sent_from_here(closed, client_of_agent, part):
    one = template(closed.channel, "rara", "Hola", part)
    assert offered(client_of_agent, closed) == []
    assert refused(client_of_agent, closed, one)


@pytest.mark.parametrize("components", [None, {}, "x", [None, 3], [{"type": None, "text": 5}]])
def test_a_template_one_cannot_read_breaks_no_page(closed, client_of_agent, components):
    one = template(closed.channel, "rota")
    MessageTemplate.objects.filter(pk=one.pk).update(components=components or [])
    assert client_of_agent.get(at("templates", closed.pk), headers=HTMX).status_code == 200
    assert client_of_agent.get(fill(closed, one), headers=HTMX).status_code == 200


def test_another_channels_template_is_not_there(closed, client_of_agent):
    other = Channel.objects.create(name="Otro", provider="meta", mode="live")
    theirs = template(other, "ajena", "Hola")
    for method in ("get", "post"):
        assert getattr(client_of_agent, method)(fill(closed, theirs)).status_code == 404
    assert client_of_agent.post(fill(closed, theirs, "preview")).status_code == 404
    assert ours() == []


def test_where_a_colleague_answers_nothing_is_sent(closed, agent, colleague, client_of_agent):
    ownership.claim(conversation=closed, user=colleague)
    Contact.objects.update(owner=agent)
    answer = post(client_of_agent, closed, template(closed.channel, body="¿Seguimos?"))
    assert answer.status_code == 422
    assert "Julio Paredes" in words(answer)
    assert ours() == []


# --- In the place of another message ---------------------------------------------------------


def waiting(talk, **fields):
    fields = {"state": "held", "error_code": "window", "author": "colleague", **fields}
    return say(talk, "Te escribo mañana", **fields)


def test_it_goes_instead_of_what_waits(closed, client_of_agent):
    message, one = waiting(closed), template(closed.channel, body="¿Seguimos?")
    form = words(client_of_agent.get(fill(closed, one), {"instead": message.pk}, headers=HTMX))
    assert f'name="instead" value="{message.pk}"' in form
    assert post(client_of_agent, closed, one, instead=message.pk).status_code == 204
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("cancelled", "discarded")
    assert [m.state for m in ours()] == ["cancelled", "queued"]


def test_it_goes_instead_of_what_failed(closed, client_of_agent):
    message = waiting(closed, state="failed", error_code="131047")
    one = template(closed.channel, body="¿Seguimos?")
    assert post(client_of_agent, closed, one, instead=message.pk).status_code == 204
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("failed", "given_up")


def test_where_a_colleague_discarded_it_meanwhile_it_goes(closed, client_of_agent):
    message = waiting(closed, state="cancelled", error_code="discarded")
    one = template(closed.channel, body="¿Seguimos?")
    assert post(client_of_agent, closed, one, instead=message.pk).status_code == 204


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_what_went_out_meanwhile_needs_no_template(closed, client_of_agent, state):
    message, one = waiting(closed, state=state), template(closed.channel, body="¿Seguimos?")
    assert post(client_of_agent, closed, one, instead=message.pk).status_code == 422
    assert ours() == [message]
    assert owner(closed) == ("bot", None)


@pytest.mark.parametrize("given", ["", "x", "-1", "9" * 30, "1.5", "²"])
def test_a_senseless_message_to_replace_does_no_harm(closed, client_of_agent, given):
    one = template(closed.channel, body="¿Seguimos?")
    assert post(client_of_agent, closed, one, instead=given).status_code == 204


def test_another_conversations_message_is_left_alone(closed, client_of_agent):
    other = conversation(closed.channel, "Otra Persona")
    hear(other)
    theirs, one = waiting(other), template(closed.channel, body="¿Seguimos?")
    assert post(client_of_agent, closed, one, instead=theirs.pk).status_code == 204
    theirs.refresh_from_db()
    assert theirs.state == "held"


# --- Words stay words ------------------------------------------------------------------------


def test_what_a_template_and_its_values_say_stays_words(closed, client_of_agent):
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": NASTY}]}
    example = {"body_text": [[NASTY]]}
    one = template(closed.channel, NASTY, f"{NASTY} {{{{1}}}}", buttons, category=NASTY[:40])
    one.components[0]["example"] = example
    one.save()
    pages = [
        client_of_agent.get(at("templates", closed.pk), {"q": NASTY, "instead": NASTY}),
        client_of_agent.get(at("templates", closed.pk), headers=HTMX),
        client_of_agent.get(fill(closed, one), {"instead": NASTY}),
        client_of_agent.get(fill(closed, one), headers=HTMX),
        client_of_agent.post(fill(closed, one, "preview"), {"v.body.1": NASTY}, headers=HTMX),
        client_of_agent.post(fill(closed, one), {"v.body.1": "", "instead": NASTY}),
    ]
    assert post(client_of_agent, closed, one, **{"v.body.1": NASTY}).status_code == 204
    pages += [client_of_agent.get(at("detail", closed.pk)), client_of_agent.get("/conversations/")]
    for page in pages:
        assert page.status_code in (200, 422)
        assert "<script>alert" not in words(page)
        assert "<img src=x" not in words(page)


def test_the_picker_costs_the_same_with_many_templates(
    closed, client_of_agent, django_assert_max_num_queries
):
    for index in range(60):
        template(closed.channel, f"aviso_{index:02d}")
    client_of_agent.get(at("templates", closed.pk), headers=HTMX)
    with django_assert_max_num_queries(8):
        client_of_agent.get(at("templates", closed.pk), headers=HTMX)
    page = client_of_agent.get(at("templates", closed.pk))
    assert page.context["is_cut"]
    assert len(page.context["offers"]) == 50

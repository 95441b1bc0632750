"""Templates on the channel's page, and which of them the desk uses by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.purposes import purposes
from chatbot.tests.desk import browser, conversation, hear, person, words
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.models import (
    Channel,
    Conversation,
    Message,
    MessageTemplate,
    TemplatePurpose,
)
from crm.conversations.standing_in import SOURCES

pytestmark = [pytest.mark.once, pytest.mark.django_db]
TWO_GAPS = [
    {
        "type": "BODY",
        "text": "Hola {{1}}, te escribimos por tu consulta: {{2}}",
        "example": {"body_text": [["Ana", "la visita"]]},
    }
]


@pytest.fixture
def admin():
    return browser(person("administrator"))


@pytest.fixture
def template(channel):
    return make(channel, "seguimiento")


def make(channel, name, **fields):
    given = {"language": "es_PE", "status": "APPROVED", "components": TWO_GAPS, **fields}
    return MessageTemplate.objects.create(channel=channel, name=name, **given)


def page(client, channel, **query):
    return words(client.get(f"/channels/{channel.pk}/", query))


def purpose_url(channel, slug="follow_up"):
    return f"/channels/{channel.pk}/purposes/{slug}/"


def test_each_shows_status_words_sample_and_why_it_was_refused(channel, template, admin):
    make(
        channel,
        "rechazada",
        status="REJECTED",
        reason="Su formato es incorrecto.",
        category="MARKETING",
        quality="RED",
        language="xx-weird",
    )
    make(channel, "rara", status="SOMETHING_NEW", components="no es una lista")
    shown = page(admin, channel)
    assert "Hola Ana, te escribimos por tu consulta: la visita" in shown
    assert "español (Perú)" in shown and "xx-weird" in shown
    assert "Su formato es incorrecto." in shown and "SOMETHING_NEW" in shown


def test_what_a_provider_wrote_is_only_text(channel, admin):
    evil, short = "<script>alert(1)</script>", "<script>x</script>"
    make(channel, evil, reason=evil, category=evil, quality=short, status=evil, language="<b>")
    make(channel, "cuerpo", components=[{"type": "BODY", "text": evil}])
    shown = page(admin, channel)
    assert evil not in shown and short not in shown and "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("provider", ["telegram", "instagram", "neutral", "pigeon"])
def test_who_has_none_shows_no_such_section(admin, provider):
    made = Channel.objects.create(name="Otro", provider=provider)
    assert 'id="templates"' not in page(admin, made)
    assert admin.post(f"/channels/{made.pk}/templates/").status_code == 302
    assert not made.templates.exists()


def test_the_button_synchronises(channel, admin, graph):
    channel.credentials = {**channel.credentials, "business_account_id": "777"}
    channel.save()
    graph.listed = [
        {"name": "nueva", "language": "es", "status": "APPROVED", "components": TWO_GAPS}
    ]
    admin.post(f"/channels/{channel.pk}/templates/")
    assert "nueva" in page(admin, channel)


@pytest.mark.usefixtures("in_english")
def test_on_a_dry_run_only_the_button_asks_and_the_page_says_so(channel, admin, graph):
    credentials = {**channel.credentials, "business_account_id": "777"}
    Channel.objects.filter(pk=channel.pk).update(mode="dry_run", credentials=credentials)
    shown = page(admin, channel)
    assert "nothing asks the provider for them by itself" in shown and "every day" not in shown
    assert graph.requests == []
    admin.post(f"/channels/{channel.pk}/templates/")
    assert len(graph.requests) == 1


def test_the_button_says_why_it_could_not(channel, admin):
    answer = admin.post(f"/channels/{channel.pk}/templates/", follow=True)
    assert 'data-level="error"' in words(answer)
    channel.refresh_from_db()
    assert channel.health == "unknown"


def test_of_very_many_the_first_are_shown_and_others_found_by_name(channel, admin):
    MessageTemplate.objects.bulk_create(
        MessageTemplate(channel=channel, name=f"plantilla_{number:03}", language="es")
        for number in range(130)
    )
    shown = page(admin, channel)
    assert "plantilla_099" in shown and "plantilla_129" not in shown
    found = page(admin, channel, template="_129")
    assert "plantilla_129" in found and "plantilla_001" not in found
    for odd in ("%", "\x00", "x" * 5000, "'"):
        assert admin.get(f"/channels/{channel.pk}/", {"template": odd}).status_code == 200


def test_only_administrators_change_them(channel, template):
    for role in ("manager", "agent"):
        client = browser(person(role))
        assert client.post(f"/channels/{channel.pk}/templates/").status_code == 403
        assert client.get(purpose_url(channel)).status_code == 403
        assert client.post(purpose_url(channel), {"template": template.pk}).status_code == 403
    assert "seguimiento" in page(browser(person("manager")), channel)
    assert purpose_url(channel) not in page(browser(person("manager")), channel)
    assert browser().get(purpose_url(channel)).status_code == 302


# --- What each is for ------------------------------------------------------------------------


def test_purposes_fit_their_column_and_have_words():
    assert {"follow_up", "receipt_decided", "ticket_answered", "payment_reminder"} <= set(
        purposes()
    )
    assert all(len(slug) <= 30 and str(label) for slug, label in purposes().items())


def test_a_purpose_is_chosen_and_its_gaps_filled(channel, template, admin):
    answer = admin.post(
        purpose_url(channel),
        {
            "template": template.pk,
            "source0": "contact.first_name",
            "source1": "=",
            "fixed1": " tu visita ",
        },
    )
    assert answer.url == f"/channels/{channel.pk}/#templates"
    kept = TemplatePurpose.objects.get()
    assert (kept.purpose, kept.template) == ("follow_up", template)
    assert kept.values == {"body.1": "contact.first_name", "body.2": "tu visita"}
    form = words(admin.get(purpose_url(channel)))
    assert 'value="tu visita"' in form and "contact.first_name" in form


def test_it_goes_out_so_where_free_text_may_not(channel, template, admin, graph):
    sources = {"source0": "contact.first_name", "source1": "text"}
    admin.post(purpose_url(channel), {"template": template.pk, **sources})
    talk = conversation(channel, "Rosa Ficticia")
    hear(talk)
    late = timezone.now() - timedelta(hours=30)
    Conversation.objects.filter(pk=talk.pk).update(last_inbound_at=late)
    talk.refresh_from_db()
    outreach.send(conversation=talk, text="Ya está.", author="bot", purpose="follow_up")
    work_off()
    [sent] = graph.sent
    assert sent["template"]["name"] == "seguimiento"
    texts = [one["text"] for one in sent["template"]["components"][0]["parameters"]]
    assert texts == ["Rosa", "Ya está."]
    assert Message.objects.get(direction="out").state == "sent"


def test_another_choice_replaces_it_and_none_takes_it_away(channel, template, admin):
    other = make(channel, "otra", components=[{"type": "BODY", "text": "Hola"}])
    sources = {"source0": "text", "source1": "text"}
    admin.post(purpose_url(channel), {"template": template.pk, **sources})
    admin.post(purpose_url(channel), {"template": other.pk})
    kept = TemplatePurpose.objects.get()
    assert (kept.template, kept.values) == (other, {})
    admin.post(purpose_url(channel), {"template": ""})
    assert not TemplatePurpose.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"source0": "text"},
        {"source0": "text", "source1": "loan.amount"},
        {"source0": "text", "source1": "="},
        {"source0": "text", "source1": "=", "fixed1": "   "},
        {"source0": "text", "source1": "=", "fixed1": SOURCES[0][0]},
        {"source0": "text", "source1": "=", "fixed1": "x" * 601},
        {"source0": "text", "source1": "=", "fixed1": "a\x00b"},
    ],
)
def test_every_gap_wants_something_sensible(channel, template, admin, given):
    answer = admin.post(purpose_url(channel), {"template": template.pk, **given})
    assert answer.status_code == 422
    assert not TemplatePurpose.objects.exists()


def test_what_cannot_go_by_itself_is_not_offered(channel, template, admin):
    with_file = make(channel, "foto", components=[{"type": "HEADER", "format": "IMAGE"}])
    paused = make(channel, "pausada", status="PAUSED")
    foreign = make(Channel.objects.create(name="Otro", provider="meta"), "ajena")
    place = make(channel, "lugar", components=[{"type": "HEADER", "format": "LOCATION"}])
    copied = [{"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copiar"}]}]
    code = make(channel, "cupon", components=[*TWO_GAPS, *copied])
    offered = words(admin.get(purpose_url(channel)))
    assert f'value="{template.pk}"' in offered
    for other in (with_file, paused, foreign, place, code):
        assert f'<option value="{other.pk}"' not in offered
        data = {"template": other.pk, "source0": "text", "source1": "text"}
        assert admin.post(purpose_url(channel), data).status_code == 422
    for odd in ("x", "-1", "9" * 40, "9" * 5000, "\x00"):
        assert admin.post(purpose_url(channel), {"template": odd}).status_code == 422
        assert admin.get(purpose_url(channel), {"template": odd}).status_code == 200


def test_a_chosen_one_that_was_paused_is_shown_as_such(channel, template, admin):
    TemplatePurpose.objects.create(channel=channel, purpose="follow_up", template=template)
    MessageTemplate.objects.filter(pk=template.pk).update(status="PAUSED")
    assert 'class="bad"' in page(admin, channel).split('class="purposes"')[1]
    assert f'<option value="{template.pk}" selected' in words(admin.get(purpose_url(channel)))


def test_no_gap_is_filled_with_what_such_a_message_has_not(channel, template, admin):
    def offered(slug):
        page = words(admin.get(purpose_url(channel, slug), {"template": template.pk}))
        return [one for one in ("text", "code", "ticket", "state") if f'value="{one}"' in page]

    assert offered("follow_up") == ["text"]
    assert offered("receipt_decided") == ["text", "state"]
    assert offered("ticket_answered") == ["text", "ticket", "state"]
    assert offered("login_code") == ["text", "code"]
    data = {"template": template.pk, "source0": "text", "source1": "code"}
    assert admin.post(purpose_url(channel), data).status_code == 422


def test_looking_at_another_template_shows_its_gaps(channel, template, admin):
    other = make(channel, "otra", components=[{"type": "BODY", "text": "Vence {{fecha}}"}])
    TemplatePurpose.objects.create(channel=channel, purpose="follow_up", template=template)
    assert "source1" in words(admin.get(purpose_url(channel)))
    looked = words(admin.get(purpose_url(channel), {"template": other.pk}))
    assert "source0" in looked and "source1" not in looked and "fecha" in looked
    assert "source0" not in words(admin.get(purpose_url(channel), {"template": ""}))


def test_there_is_no_other_purpose(channel, admin):
    assert admin.get(purpose_url(channel, "telepathy")).status_code == 404

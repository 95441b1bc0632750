"""The provider's window: inside it anything, outside it templates, else kept with a reason."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from chatbot.tests.events import apply, heard
from chatbot.work import work_off
from crm.conversations import outreach, window
from crm.conversations.models import Conversation, Message, MessageTemplate, TemplatePurpose
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]

BODY = [{"type": "BODY", "text": "Hola {{1}}: {{2}}"}]


@pytest.fixture
def closed(person):
    talk = person(1)
    talk.last_inbound_at = timezone.now() - timedelta(hours=25)
    talk.save()
    return talk


@pytest.fixture
def template(channel):
    return MessageTemplate.objects.create(
        channel=channel, name="aviso", language="es", status="APPROVED", components=BODY
    )


def say(talk, text="Hola", **options):
    outreach.send(conversation=talk, text=text, author=Message.Author.SYSTEM, **options)
    work_off()
    return Message.objects.filter(direction="out").latest("id")


def test_inside_the_window_anything_goes(graph, person):
    assert say(person(1)).state == "sent"


def test_it_is_counted_from_the_persons_own_time(channel):
    written = datetime.now(UTC) - timedelta(hours=23)
    apply(channel, heard("Hola", at=written))
    talk = Conversation.objects.get()
    assert window.closes_at(talk) == talk.last_inbound_at + timedelta(hours=24)
    assert abs(talk.last_inbound_at - written) < timedelta(seconds=1)
    apply(channel, heard("antes", at=written - timedelta(hours=5)))
    talk.refresh_from_db()
    assert abs(talk.last_inbound_at - written) < timedelta(seconds=1)


def test_outside_it_a_message_is_kept_and_says_why(graph, closed):
    kept = say(closed)
    assert (kept.state, kept.error_code) == ("held", "window")
    assert "24" in kept.error_text
    assert graph.sent == []


def test_it_goes_out_in_order_when_they_write_again(graph, channel, closed):
    say(closed, "Uno")
    say(closed, "Dos")
    digits = closed.identity.addresses.get().value
    apply(channel, heard("Volví", sender=digits))
    work_off()
    assert graph.texts()[:2] == ["Uno", "Dos"]


def test_a_time_no_provider_would_still_deliver_is_not_believed(graph, channel):
    """Whoever tries an installation posts what stands in a manual, with a time of long ago."""
    apply(channel, heard("Hola", at=datetime.now(UTC) - timedelta(days=60)))
    work_off()
    assert len(graph.sent) == 1
    assert window.is_open(Conversation.objects.get())


def test_an_old_word_that_comes_late_opens_nothing(graph, channel, closed):
    say(closed, "Uno")
    digits = closed.identity.addresses.get().value
    apply(channel, heard("Vieja", sender=digits, at=datetime.now(UTC) - timedelta(hours=30)))
    assert Message.objects.get(text="Uno").state == "held"


def test_the_template_for_its_purpose_goes_instead(graph, channel, closed, template):
    TemplatePurpose.objects.create(
        channel=channel,
        purpose="receipt_decided",
        template=template,
        values={"body.1": "contact.first_name", "body.2": "number"},
    )
    sent = say(closed, "Tu comprobante 7", purpose="receipt_decided", values={"number": "7"})
    assert sent.state == "sent"
    assert sent.text == "Hola Persona: 7"
    (body,) = graph.sent
    assert body["template"]["name"] == "aviso"
    assert [one["text"] for one in body["template"]["components"][0]["parameters"]] == [
        "Persona",
        "7",
    ]


@pytest.mark.parametrize("status", ["PAUSED", "REJECTED", "GONE"])
def test_a_template_that_is_not_allowed_is_not_tried(graph, channel, closed, template, status):
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template)
    MessageTemplate.objects.update(status=status)
    assert say(closed, purpose="p").state == "held"
    assert graph.sent == []


def test_one_template_takes_the_place_of_all_portions(graph, channel, closed, template):
    values = {"body.1": "contact.first_name", "body.2": "number"}
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template, values=values)
    say(closed, "palabra " * 1000 + "fin", purpose="p", values={"number": "7"})
    say(closed, "Otra cosa", purpose="p", values={"number": "8"})
    work_off()
    said = [one["template"]["components"][0]["parameters"][1]["text"] for one in graph.sent]
    assert said == ["7", "8"]
    rows = Message.objects.filter(direction="out").order_by("id")
    assert list(rows.values_list("state", flat=True)) == ["sent", "cancelled", "sent"]


@pytest.mark.parametrize("times", [120, 515, 1000], ids=["one", "with a short rest", "more"])
def test_words_too_long_for_their_template_are_kept_whole(
    graph, channel, closed, template, times, in_english
):
    values = {"body.1": "contact.first_name", "body.2": "text"}
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template, values=values)
    words = "palabra " * times + "fin"
    say(closed, words, purpose="p")
    work_off()
    rows = list(Message.objects.filter(direction="out").order_by("id"))
    assert {(row.state, row.error_code, row.template) for row in rows} == {
        ("held", "template", None)
    }
    assert all(row.error_text.startswith("Too long for the template") for row in rows)
    assert graph.sent == []
    apply(channel, heard("Volví", sender=closed.identity.addresses.get().value))
    work_off()
    assert " ".join(graph.texts()).startswith(words)


def test_what_just_fits_its_template_goes_out_whole(graph, channel, closed, template):
    values = {"body.1": "contact.first_name", "body.2": "text"}
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template, values=values)
    sent = say(closed, "x" * 600, purpose="p")
    assert (sent.state, sent.text) == ("sent", "Hola Persona: " + "x" * 600)


@pytest.mark.parametrize(("author", "state"), [("bot", "sent"), ("colleague", "held")])
def test_any_message_of_the_bot_has_the_template_chosen_for_such(
    graph, channel, closed, template, author, state
):
    values = {"body.1": "contact.first_name", "body.2": "text"}
    TemplatePurpose.objects.create(
        channel=channel, purpose="follow_up", template=template, values=values
    )
    outreach.send(conversation=closed, text="¿Sigues ahí?", author=author)
    work_off()
    message = Message.objects.get(direction="out")
    assert message.state == state
    assert (message.text == "Hola Persona: ¿Sigues ahí?") is (author == "bot")


@pytest.mark.parametrize("how", ["by purpose", "chosen"])
def test_who_wants_no_marketing_gets_none(graph, channel, closed, template, how):
    MessageTemplate.objects.update(
        category="MARKETING", components=[BODY[0] | {"text": "¡Oferta!"}]
    )
    template.refresh_from_db()
    if how == "chosen":
        outreach.send_template(
            conversation=closed, template=template, values={}, author=Message.Author.SYSTEM
        )
    else:
        TemplatePurpose.objects.create(channel=channel, purpose="p", template=template)
        outreach.send(conversation=closed, text="x", author=Message.Author.SYSTEM, purpose="p")
    Contact.objects.update(opted_out_at=timezone.now())
    work_off()
    message = Message.objects.get(direction="out")
    assert graph.sent == []
    expected = ("failed", "unwanted") if how == "chosen" else ("held", "window")
    assert (message.state, message.error_code) == expected


def test_a_template_that_shows_a_file_takes_no_place(graph, channel, closed, template):
    MessageTemplate.objects.update(components=[{"type": "HEADER", "format": "IMAGE"}])
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template)
    assert say(closed, purpose="p").state == "held"


ODD = [
    [{"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "Te esperamos"}],
    [
        {"type": "BODY", "text": "Tu código"},
        {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copiar"}]},
    ],
    [{"type": "BODY", "text": "Mira"}, {"type": "CAROUSEL", "cards": []}],
]


@pytest.mark.parametrize("components", ODD, ids=["place", "code", "carousel"])
def test_a_template_that_asks_for_more_than_words_takes_no_place(
    graph, channel, closed, template, components
):
    MessageTemplate.objects.update(components=components)
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template)
    kept = say(closed, "Tu recibo fue aceptado", purpose="p")
    assert (kept.state, kept.text, kept.template) == ("held", "Tu recibo fue aceptado", None)
    assert graph.sent == []


def test_words_whose_template_lacks_a_value_go_out_as_they_are(graph, channel, closed, template):
    TemplatePurpose.objects.create(
        channel=channel, purpose="p", template=template, values={"body.1": "contact.name"}
    )
    kept = say(closed, "Tu recibo fue aceptado", purpose="p")
    assert (kept.text, kept.template) == ("Tu recibo fue aceptado", None)
    apply(channel, heard("Volví", sender=closed.identity.addresses.get().value))
    work_off()
    assert "Tu recibo fue aceptado" in graph.texts()


def test_a_template_without_a_value_is_kept(graph, channel, closed, template):
    TemplatePurpose.objects.create(
        channel=channel, purpose="p", template=template, values={"body.1": "contact.name"}
    )
    kept = say(closed, purpose="p")
    assert (kept.state, kept.error_code) == ("held", "template")


def test_nobody_is_written_to_before_they_wrote_where_that_is_not_allowed(graph, person):
    talk = person(2)
    talk.last_inbound_at = None
    talk.save()
    assert say(talk).state == "held"


@pytest.mark.parametrize(
    ("text", "changes", "goes"),
    [
        ("Ya está", {}, True),
        ("x" * 601, {}, False),
        ("palabra " * 1000, {}, False),
        ("Ya está", {"category": "MARKETING"}, False),
        ("Ya está", {"components": [{"type": "HEADER", "format": "IMAGE"}]}, False),
        ("Ya está", {"components": [BODY[0] | {"text": "Hola {{1}}: {{2}} {{3}}"}]}, False),
        ("Ya está", {"status": "PAUSED"}, False),
    ],
    ids=["fits", "too long", "long in portions", "marketing", "file", "a value too many", "paused"],
)
def test_what_is_said_to_go_now_goes_and_the_rest_is_kept(
    graph, channel, closed, template, text, changes, goes
):
    MessageTemplate.objects.update(**changes)
    Contact.objects.update(opted_out_at=timezone.now())
    values = {"body.1": "contact.first_name", "body.2": "text"}
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template, values=values)
    closed.refresh_from_db()
    last = outreach.send(conversation=closed, text=text, author="colleague", purpose="p")
    before = outreach.goes_now(last)
    work_off()
    states = set(Message.objects.filter(direction="out").values_list("state", flat=True))
    assert (before, outreach.goes_now(last), states) == (goes, goes, {"sent" if goes else "held"})


def test_a_value_that_the_message_has_not_is_no_word_of_its_own(graph, channel, closed, template):
    values = {"body.1": "contact.first_name", "body.2": "state"}
    TemplatePurpose.objects.create(channel=channel, purpose="p", template=template, values=values)
    kept = say(closed, "Ya está", purpose="p")
    assert (kept.state, kept.error_code, kept.text) == ("held", "template", "Ya está")
    assert say(closed, "Ya está", purpose="p", values={"state": "listo"}).text.endswith(": listo")

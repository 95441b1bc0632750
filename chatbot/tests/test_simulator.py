"""The phone: what one does on it reaches the desk by the real webhook, and answers come back."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from chatbot.simulator import media
from chatbot.simulator.people import GROUPS
from chatbot.tests.desk import browser, conversation, hear, person, say, words
from chatbot.work import work_off
from crm.conversations.models import Attachment, Channel, Conversation, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NUMBER = "51900000101"
ROSA = {"phone": NUMBER, "name": "Rosa Ficticia"}


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def simulated(db):
    return Channel.objects.create(
        name="Práctica",
        provider="simulator",
        external_id="900100",
        credentials={"app_secret": "secreto-del-simulador"},
    )


@pytest.fixture
def phone():
    return browser(person("administrator"))


def at(name, channel, *more):
    return reverse(f"simulator:{name}", args=[channel.pk, *more])


def compose(phone, channel, *, who=ROSA, **fields):
    fields = {**who, **fields}
    return phone.post(at("compose", channel), fields)


def do(phone, channel, client, **fields):
    """What static/js/simulator.js does: have it composed, and post it to the webhook."""
    made = compose(phone, channel, **fields).json()
    answer = client.post(
        made["url"],
        made["body"],
        content_type="application/json",
        headers={"X-Hub-Signature-256": made["signature"]},
    )
    work_off()
    return answer


def picture():
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(held, "PNG")
    return SimpleUploadedFile("foto.png", held.getvalue(), "image/png")


# --- Who may ---------------------------------------------------------------------------------


def test_a_stranger_logs_in_and_an_agent_is_refused(simulated):
    pages = ["/simulator/", at("thread", simulated)]
    for page in pages:
        assert browser().get(page).status_code == 302
        assert browser(person("agent")).get(page).status_code == 403
    assert compose(browser(person("agent")), simulated, kind="text").status_code == 403
    assert browser(person("agent")).post(at("reset", simulated)).status_code == 403


def test_in_a_demo_everybody_may_play(simulated, settings):
    settings.DEMO = True
    client = browser(person("marketer"))
    assert client.get("/simulator/").status_code == 200
    assert compose(client, simulated, kind="text", text="Hola").status_code == 200
    assert "/simulator/" in words(client.get("/simulator/"))


def test_the_phone_never_speaks_on_a_live_channel(channel, phone):
    assert phone.get(at("thread", channel)).status_code == 404
    assert compose(phone, channel, kind="text", text="Hola").status_code == 404


def test_a_dry_run_is_for_those_who_see_everything_anyway(channel, settings):
    settings.DEMO = True
    Channel.objects.filter(pk=channel.pk).update(mode="dry_run")
    assert compose(browser(person("agent")), channel, kind="text").status_code == 404
    admin = browser(person("administrator"))
    assert compose(admin, channel, kind="text", text="Hola").status_code == 200


def test_composing_wants_a_token(simulated):
    client = browser(person("administrator"), enforce_csrf_checks=True)
    assert compose(client, simulated, kind="text", text="Hola").status_code == 403


def test_without_a_channel_the_page_says_what_to_do(phone):
    assert "/channels/add/simulator/" in words(phone.get("/simulator/"))


# --- Writing ---------------------------------------------------------------------------------


def test_a_text_travels_through_the_real_webhook(simulated, phone, client):
    assert do(phone, simulated, client, kind="text", text="Hola, quiero información").status_code
    talk = Conversation.objects.get()
    assert talk.contact.name == "Rosa Ficticia"
    assert talk.contact.phone == f"+{NUMBER}"
    assert talk.messages.get(direction="in").text == "Hola, quiero información"
    page = words(phone.get(at("thread", simulated), {"phone": NUMBER}))
    assert "Hola, quiero información" in page
    answer = talk.messages.get(direction="out")
    assert answer.state == "sent"
    assert answer.text.split("\n")[0] in page


def test_a_wrong_signature_is_refused(simulated, phone, client):
    made = compose(phone, simulated, kind="text", text="Hola").json()
    answer = client.post(
        made["url"],
        made["body"] + " ",
        content_type="application/json",
        headers={"X-Hub-Signature-256": made["signature"]},
    )
    assert answer.status_code == 403


def test_a_picture_arrives_with_its_words(simulated, phone, client):
    do(phone, simulated, client, kind="image", text="Mi DNI", file=picture())
    message = Message.objects.get(direction="in")
    assert (message.kind, message.text) == ("image", "Mi DNI")
    attachment = Attachment.objects.get()
    assert media.open_media(attachment.media_id)[1] == "image/png"


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.4 x", b"<html>"]
)
def test_what_is_no_picture_is_not_taken(simulated, phone, content):
    file = SimpleUploadedFile("foto.png", content, "image/png")
    answer = compose(phone, simulated, kind="image", file=file)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_too_large_a_picture_is_not_taken(simulated, phone, settings):
    settings.UPLOAD_MAX_BYTES = 20
    answer = compose(phone, simulated, kind="image", file=picture())
    assert answer.status_code == 422


@pytest.mark.parametrize("media_id", ["", "x", "../secret_key", "sim-" + "0" * 32, "sim-/../x"])
def test_only_stored_pictures_are_opened(media_id):
    with pytest.raises(FileNotFoundError):
        media.open_media(media_id)


def test_a_place_arrives(simulated, phone, client):
    do(phone, simulated, client, kind="location")
    assert Message.objects.get(direction="in").kind == "location"


@pytest.mark.parametrize("count", [2, 5])
def test_a_tapped_answer_comes_back_with_what_it_answers(simulated, phone, client, count):
    talk = conversation(simulated, phone=NUMBER)
    options = [{"id": f"o{index}", "title": f"Opción {index}"} for index in range(count)]
    offered = say(talk, "¿Cuál?", options=options)
    page = words(phone.get(at("thread", simulated), {"phone": NUMBER}))
    assert page.count("data-choice") == count
    do(phone, simulated, client, kind="choice", message=offered.pk, option="o1")
    tapped = Message.objects.get(direction="in")
    assert (tapped.kind, tapped.text, tapped.options) == ("button", "Opción 1", [{"id": "o1"}])
    assert tapped.reply_to == offered.provider_id


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "text", "text": "  "},
        {"kind": "telegram"},
        {"kind": "image"},
        {"kind": "choice", "message": "1", "option": "x"},
        {"kind": "choice", "message": "99999999999999999999"},
        {"kind": "read", "ids": "1,2,x"},
        {"kind": "delivered", "ids": ""},
        {},
    ],
)
def test_what_makes_no_sense_is_said_so(simulated, phone, fields):
    conversation(simulated, phone=NUMBER)
    answer = compose(phone, simulated, **fields)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_a_channel_without_secret_says_so(simulated, phone):
    Channel.objects.update(credentials={})
    simulated.refresh_from_db()
    assert compose(phone, simulated, kind="text", text="Hola").status_code == 422


# --- Reading ---------------------------------------------------------------------------------


def test_the_phone_shows_only_what_has_reached_it(simulated, phone):
    talk = conversation(simulated, phone=NUMBER)
    for state in ("queued", "sending", "failed", "unknown", "cancelled", "sent", "delivered"):
        say(talk, f"estado-{state}", state=state)
    page = words(phone.get(at("thread", simulated), {"phone": NUMBER}))
    shown = [state for state in Message.State.values if f"estado-{state}" in page]
    assert shown == ["sent", "delivered"]


def test_nobody_elses_messages_are_on_it(simulated, phone):
    hear(conversation(simulated, phone="51900000999"), "asunto ajeno")
    assert "asunto ajeno" not in words(phone.get(at("thread", simulated), {"phone": NUMBER}))


def test_nothing_new_costs_nothing(simulated, phone):
    talk = conversation(simulated, phone=NUMBER)
    hear(talk)
    first = phone.get(at("thread", simulated), {"phone": NUMBER})
    query = {"phone": NUMBER, "version": first["X-Version"]}
    assert phone.get(at("thread", simulated), query).status_code == 204
    say(talk)
    assert phone.get(at("thread", simulated), query).status_code == 200


def test_the_phone_tells_how_far_our_messages_came(simulated, phone, client):
    talk = conversation(simulated, phone=NUMBER)
    ours = say(talk, state="sent")
    do(phone, simulated, client, kind="delivered", ids=str(ours.pk))
    ours.refresh_from_db()
    assert ours.state == "delivered"
    do(phone, simulated, client, kind="read", ids=str(ours.pk))
    ours.refresh_from_db()
    assert ours.state == "read"


def test_it_tells_of_no_other_phones_messages(simulated, phone):
    conversation(simulated, phone=NUMBER)
    theirs = say(conversation(simulated, phone="51900000999"))
    assert compose(phone, simulated, kind="read", ids=str(theirs.pk)).status_code == 422


def test_nasty_words_stay_words(simulated, phone):
    talk = conversation(simulated, "<script>alert(1)</script>", NUMBER)
    hear(talk, "<img src=x onerror=alert(1)>")
    query = {"phone": NUMBER, "name": "<script>alert(2)</script>", "channel": simulated.pk}
    html = words(phone.get("/simulator/", query))
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_the_phones_picture_is_served_harmless(simulated, phone):
    talk = conversation(simulated, phone=NUMBER)
    made = Attachment(message=hear(talk, "", kind="image"), mime="image/png", state="ready")
    made.file.save("x.png", picture())
    made.save()
    path = f"{at('media', simulated, made.pk)}?phone={NUMBER}"
    assert path in words(phone.get(at("thread", simulated), {"phone": NUMBER}))
    answer = phone.get(path)
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    Attachment.objects.update(mime="image/svg+xml")
    answer = phone.get(path)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    Message.objects.update(deleted_at=made.message.shown_at)
    assert phone.get(path).status_code == 404


def test_a_file_is_shown_on_its_own_phone_alone(simulated, phone):
    talk = conversation(simulated, phone=NUMBER)
    conversation(simulated, phone="51900000102")
    made = Attachment(message=hear(talk, "", kind="image"), mime="image/png", state="ready")
    made.file.save("x.png", picture())
    made.save()
    path = at("media", simulated, made.pk)
    assert phone.get(path, {"phone": NUMBER}).status_code == 200
    for query in ({"phone": "51900000102"}, {"phone": "51900000199"}):
        assert phone.get(path, query).status_code == 404
    group = {"phone": NUMBER, "group": GROUPS[0].id}
    assert phone.get(path, group).status_code == 404


@pytest.mark.parametrize(
    ("role", "sees"), [("marketer", False), ("agent", False), ("officer", True)]
)
def test_a_demo_opens_no_partners_session(simulated, settings, role, sees):
    settings.DEMO = True
    talk = conversation(simulated, phone=NUMBER)
    say(talk, "Hola, buenos días")
    asked = hear(talk, "", kind="image", is_private=True)
    made = Attachment(message=asked, mime="image/png", state="ready")
    made.file.save("x.png", picture())
    made.save()
    secret = say(talk, "Debes 1,234.56", is_private=True, provider_id="wamid.P1")
    hear(talk, "Gracias", reply_to=secret.provider_id)
    client, query = browser(person(role)), {"phone": NUMBER, "channel": simulated.pk}
    for page in ("/simulator/", at("thread", simulated)):
        html = words(client.get(page, query))
        assert "buenos días" in html and "Gracias" in html
        assert ("1,234.56" in html) is sees
    assert client.get(at("media", simulated, made.pk), query).status_code == (200 if sees else 404)


def test_somebody_new_has_said_nothing_yet(simulated, phone):
    answer = phone.post(at("reset", simulated))
    assert answer.status_code == 302
    assert phone.get(answer.url).context["shown"].said == []


@pytest.mark.parametrize("query", ["phone=abc", "phone=", "channel=x&phone=1", "phone=" + "9" * 40])
def test_a_senseless_address_gives_a_phone_all_the_same(simulated, phone, query):
    assert phone.get(f"/simulator/?{query}").status_code == 200

"""Everything one can do on the phone, as Meta would tell of it: through the real webhook."""

import json
import struct
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatbot.simulator import media, voice
from chatbot.simulator.people import GROUPS
from chatbot.sniffing import sniff
from chatbot.tests import test_simulator
from chatbot.tests.desk import conversation, hear, say, words
from chatbot.tests.test_simulator import NUMBER, at, compose, do, picture
from chatbot.work import work_off
from crm.conversations import window
from crm.conversations.models import Attachment, Conversation, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]
media_folder, simulated, phone = (
    test_simulator.media_folder,
    test_simulator.simulated,
    test_simulator.phone,
)
GROUP = GROUPS[0].id
LUIS = {"phone": "51900000102", "name": "Luis de Prueba"}
PDF = b"%PDF-1.4\n%%EOF\n"


def element(phone, channel, **fields):
    """The message element the phone would post."""
    body = json.loads(compose(phone, channel, **fields).json()["body"])
    (message,) = body["entry"][0]["changes"][0]["value"]["messages"]
    return message


def shown(phone, channel, **query):
    return words(phone.get(at("thread", channel), {"phone": NUMBER, **query}))


def heard():
    return Message.objects.filter(direction="in").latest("id")


# --- Files -----------------------------------------------------------------------------------


def test_a_document_arrives_with_its_name_and_words(simulated, phone, client):
    file = SimpleUploadedFile("estado de cuenta.pdf", PDF, "application/pdf")
    do(phone, simulated, client, kind="document", text="Aquí está", file=file)
    assert (heard().kind, heard().text) == ("document", "Aquí está")
    attachment = Attachment.objects.get()
    assert attachment.name == "estado de cuenta.pdf"
    assert media.open_media(attachment.media_id) == (PDF, "application/pdf")


def test_a_document_may_be_of_any_kind_but_not_empty(simulated, phone):
    told = element(
        phone, simulated, kind="document", file=SimpleUploadedFile("x.bin", b"\x01\x02\x03")
    )
    assert told["document"]["mime_type"] == "application/octet-stream"
    empty = SimpleUploadedFile("x.pdf", b"")
    assert compose(phone, simulated, kind="document", file=empty).status_code == 422


def test_a_sound_is_no_voice_note_and_a_picture_no_sound(simulated, phone):
    sound = SimpleUploadedFile("x.mp3", b"ID3\x03" + b"\0" * 60)
    told = element(phone, simulated, kind="audio", file=sound)
    assert (told["type"], told["audio"]["voice"]) == ("audio", False)
    assert told["audio"]["mime_type"] == "audio/mpeg"
    assert compose(phone, simulated, kind="audio", file=picture()).status_code == 422


def test_a_voice_note_needs_no_microphone(simulated, phone, client):
    told = element(phone, simulated, kind="voice")
    assert told["audio"]["voice"] is True
    assert told["audio"]["mime_type"] == "audio/ogg; codecs=opus"
    do(phone, simulated, client, kind="voice")
    assert heard().kind == "audio"
    content, mime = media.open_media(Attachment.objects.get().media_id)
    assert (sniff(content), mime) == ("audio/ogg", "audio/ogg")


def test_the_note_is_whole_ogg_pages_of_so_many_seconds():
    content, pages, position = voice.note(3), 0, 0
    while content:
        assert content[:4] == b"OggS"
        sizes = content[27 : 27 + content[26]]
        position = struct.unpack("<q", content[6:14])[0]
        content, pages = content[27 + len(sizes) + sum(sizes) :], pages + 1
    assert (pages, position) == (5, 3 * 48_000)


# --- Other things ----------------------------------------------------------------------------


def test_a_contact_card_arrives_with_name_and_number(simulated, phone, client):
    do(phone, simulated, client, kind="contacts")
    assert heard().kind == "contacts"
    assert heard().text == "Pedro Ficticio · +51900000777"


def test_a_reaction_sits_on_our_message_and_can_be_taken_back(simulated, phone, client):
    ours = say(conversation(simulated, phone=NUMBER), "¿Te esperamos?")
    do(phone, simulated, client, kind="reaction", message=ours.pk, emoji="👍")
    assert (heard().kind, heard().text, heard().reply_to) == ("reaction", "👍", ours.provider_id)
    page = shown(phone, simulated)
    assert page.count('class="said ') == 1 and 'data-reacted="👍"' in page
    do(phone, simulated, client, kind="reaction", message=ours.pk, emoji="")
    assert heard().text == ""
    assert "said-reactions" not in shown(phone, simulated)


def test_a_taken_back_reaction_names_no_emoji(simulated, phone):
    ours = say(conversation(simulated, phone=NUMBER))
    told = element(phone, simulated, kind="reaction", message=ours.pk)
    assert told["reaction"] == {"message_id": ours.provider_id}


def test_what_is_answered_is_quoted(simulated, phone, client):
    ours = say(conversation(simulated, phone=NUMBER), "¿El sábado o el domingo?")
    do(phone, simulated, client, kind="text", text="El sábado", quoted=ours.pk)
    assert heard().reply_to == ours.provider_id
    page = shown(phone, simulated)
    assert page.count("said-quote") == 1
    assert page.index("said-quote") < page.index("<p>El sábado</p>")


def test_a_file_can_quote_too(simulated, phone):
    ours = say(conversation(simulated, phone=NUMBER))
    told = element(phone, simulated, kind="image", file=picture(), quoted=ours.pk)
    assert told["context"]["id"] == ours.provider_id


def test_an_own_message_is_changed_and_keeps_its_history(simulated, phone, client):
    do(phone, simulated, client, kind="text", text="Quiero un crédito")
    mine = heard()
    do(phone, simulated, client, kind="edit", message=mine.pk, text="Quiero dos créditos")
    mine.refresh_from_db()
    assert (mine.text, mine.edited_at is not None) == ("Quiero dos créditos", True)
    assert [one.text for one in mine.revisions.all()] == ["Quiero un crédito"]
    assert "Quiero dos créditos" in shown(phone, simulated)


def test_the_words_beside_a_picture_are_changed(simulated, phone, client):
    do(phone, simulated, client, kind="image", text="Mi DNY", file=picture())
    do(phone, simulated, client, kind="edit", message=heard().pk, text="Mi DNI")
    assert heard().text == "Mi DNI"


def test_an_own_message_is_taken_back(simulated, phone, client):
    do(phone, simulated, client, kind="text", text="Me equivoqué de número")
    mine = heard()
    do(phone, simulated, client, kind="deletion", message=mine.pk)
    mine.refresh_from_db()
    assert (mine.text, mine.deleted_at is not None) == ("", True)
    page = shown(phone, simulated)
    assert "said-gone" in page and "Me equivoqué" not in page
    again = compose(phone, simulated, kind="deletion", message=mine.pk)
    assert again.status_code == 422


@pytest.mark.parametrize("kind", ["edit", "deletion"])
def test_ours_is_not_theirs_to_change(simulated, phone, kind):
    ours = say(conversation(simulated, phone=NUMBER))
    assert compose(phone, simulated, kind=kind, message=ours.pk, text="x").status_code == 422


@pytest.mark.parametrize("kind", ["text", "reaction", "edit", "deletion", "choice", "button"])
def test_nothing_of_another_phone_can_be_spoken_of(simulated, phone, kind):
    conversation(simulated, phone=NUMBER)
    theirs = say(conversation(simulated, phone="51900000999"))
    fields = {"kind": kind, "text": "x", "message": theirs.pk, "quoted": theirs.pk, "emoji": "👍"}
    assert compose(phone, simulated, **fields).status_code == 422


# --- Yesterday -------------------------------------------------------------------------------


def test_written_as_yesterday_the_window_is_closed(simulated, phone, client):
    do(phone, simulated, client, kind="text", text="Hola", yesterday="1")
    talk = Conversation.objects.get()
    assert timezone.now() - heard().provider_at > timedelta(hours=24)
    assert not window.is_open(talk)
    assert set(talk.messages.filter(direction="out").values_list("state", flat=True)) == {"held"}
    do(phone, simulated, client, kind="text", text="Hola otra vez")
    talk.refresh_from_db()
    assert window.is_open(talk)


# --- In a group ------------------------------------------------------------------------------


def test_in_a_group_the_bot_is_silent_and_each_bubble_is_somebodys(simulated, phone, client):
    do(phone, simulated, client, kind="text", text="Somos tres", group=GROUP)
    do(phone, simulated, client, who=LUIS, kind="text", text="Y yo", group=GROUP)
    talk = Conversation.objects.get()
    assert talk.is_group
    assert list(talk.messages.values_list("sender", flat=True)) == [
        "Rosa Ficticia",
        "Luis de Prueba",
    ]
    page = shown(phone, simulated, group=GROUP)
    assert page.count("said-me") == 1 and page.count('class="said-who">Luis de Prueba') == 1
    assert "Somos tres" not in shown(phone, simulated)


def test_in_a_group_one_changes_only_what_one_said(simulated, phone, client):
    do(phone, simulated, client, who=LUIS, kind="text", text="Lo mío", group=GROUP)
    fields = {"kind": "deletion", "message": heard().pk, "group": GROUP}
    assert compose(phone, simulated, **fields).status_code == 422


def test_a_group_nobody_knows_is_none(simulated, phone):
    assert "group_id" not in element(phone, simulated, kind="text", text="Hola", group="otro")
    assert phone.get("/simulator/", {"group": GROUP}).context["group"] == GROUPS[0]


# --- What the desk sends ---------------------------------------------------------------------


def test_a_list_unfolds_and_buttons_do_not(simulated, phone):
    talk = conversation(simulated, phone=NUMBER)
    say(talk, options=[{"id": f"o{n}", "title": f"Opción {n}"} for n in range(5)])
    assert '<details class="said-choices"' in shown(phone, simulated)
    say(talk, options=[{"id": "o", "title": "Opción"}])
    page = shown(phone, simulated)
    assert '<div class="said-choices"' in page and "<details" not in page


def test_a_reaction_leaves_the_offered_answers(simulated, phone, client):
    talk = conversation(simulated, phone=NUMBER)
    offered = say(talk, options=[{"id": "o", "title": "Opción"}])
    do(phone, simulated, client, kind="reaction", message=offered.pk, emoji="👍")
    assert "data-choice" in shown(phone, simulated)
    hear(talk, "Otra cosa")
    assert "data-choice" not in shown(phone, simulated)


@pytest.mark.parametrize(
    ("kind", "name", "mime", "expected"),
    [
        ("image", "foto.png", "image/png", "<img"),
        ("audio", "nota.ogg", "audio/ogg", "<audio"),
        ("video", "casa.mp4", "video/mp4", "<video"),
        ("document", "Ficha.pdf", "application/pdf", "Ficha.pdf"),
    ],
)
def test_files_of_any_kind_are_shown(simulated, phone, kind, name, mime, expected):
    message = say(conversation(simulated, phone=NUMBER), "", kind=kind)
    made = Attachment(message=message, name=name, mime=mime, state="ready")
    made.file.save(name, SimpleUploadedFile(name, b"x"))
    made.save()
    assert expected in shown(phone, simulated)
    answer = phone.get(at("media", simulated, made.pk))
    assert answer.status_code == 200
    assert ("attachment" in answer["Content-Disposition"]) == (kind == "document")


def test_work_that_waits_is_done_once(simulated, phone, client):
    made = compose(phone, simulated, kind="text", text="Hola").json()
    headers = {"X-Hub-Signature-256": made["signature"]}
    for _ in range(2):
        client.post(made["url"], made["body"], content_type="application/json", headers=headers)
    work_off()
    assert Message.objects.filter(direction="in").count() == 1

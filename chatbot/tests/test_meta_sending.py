"""What leaves for Meta, request by request, and what may go wrong before it does."""

from dataclasses import replace

import pytest
from django.utils import translation
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from chatbot.channels.base import OutgoingTemplate
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.tests import meta_desk
from chatbot.tests.meta_desk import ANA, HOLA, PDF, file
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.models import Message
from crm.people.models import Contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english"), pytest.mark.once]

meta = meta_desk.meta


def options(count, title="Opción {}"):
    return tuple((f"o{n}", title.format(n)) for n in range(1, count + 1))


# --- Messages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "kept"),
    [
        ({"input": "51911000001", "wa_id": "519911000001"}, ["51911000001", "519911000001"]),
        ({"input": "51911000001", "wa_id": "51911000001"}, ["51911000001"]),
        ({"input": "51911000009", "wa_id": "519911000009"}, ["51911000001"]),
        ({"input": "51911000001", "wa_id": ["x"]}, ["51911000001"]),
        ("words", ["51911000001"]),
    ],
    ids=["another", "the same", "somebody else's", "none", "not even that"],
)
def test_what_whatsapp_calls_the_number_is_kept(
    queue, graph, contact, kept, django_capture_on_commit_callbacks
):
    graph.errors = [(200, {"contacts": [contact], "messages": [{"id": "wamid.Q"}]})]
    (message,) = queue("Hola")
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
    for job in OrmQ.objects.all():
        import_string(job.func())(*job.args())
    addresses = message.conversation.identity.addresses.all()
    assert sorted(one.value for one in addresses) == sorted(kept)


def test_a_text_goes_as_documented(meta, graph):
    assert meta.send(replace(HOLA, reply_to="wamid.IN1")) == f"{graph.name}.1"
    assert graph.sent == [
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "51911000001",
            "type": "text",
            "text": {"preview_url": False, "body": "Hola"},
            "context": {"message_id": "wamid.IN1"},
            "biz_opaque_callback_data": "attempt-1",
        }
    ]
    assert graph.requests[0].path == "/v25.0/100200/messages"


def test_somebody_without_a_number_is_written_to_by_their_id(meta, graph):
    meta.send(replace(HOLA, to=(Address("user_id", "PE.1001"),)))
    assert (graph.sent[0]["recipient"], "to" in graph.sent[0]) == ("PE.1001", False)


def test_of_two_numbers_the_newer_and_of_number_and_id_the_number(meta, graph):
    newer = Address("wa_id", "51911000009")
    meta.send(replace(HOLA, to=(Address("user_id", "PE.1001"), ANA, newer)))
    assert (graph.sent[0]["to"], "recipient" in graph.sent[0]) == ("51911000009", False)


def test_who_has_no_address_of_whatsapps_is_no_request(meta, graph):
    with pytest.raises(ChannelError) as refused:
        meta.send(replace(HOLA, to=(Address("chat", "1"),)))
    assert (refused.value.permanent, graph.requests) == (True, [])


def test_a_group_is_written_to_as_a_group(meta, graph):
    meta.send(replace(HOLA, to=(Address("group", "Y2FwaQ"),)))
    assert (graph.sent[0]["recipient_type"], graph.sent[0]["to"]) == ("group", "Y2FwaQ")


@pytest.mark.parametrize("count", [1, 3])
def test_up_to_three_answers_are_buttons(meta, graph, count):
    meta.send(replace(HOLA, options=options(count)))
    sent = graph.sent[0]["interactive"]
    assert (sent["type"], sent["body"]) == ("button", {"text": "Hola"})
    assert sent["action"]["buttons"] == [
        {"type": "reply", "reply": {"id": f"o{n}", "title": f"Opción {n}"}}
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [4, 10])
def test_up_to_ten_answers_are_a_list(meta, graph, count):
    meta.send(replace(HOLA, options=options(count)))
    sent = graph.sent[0]["interactive"]
    [section] = sent["action"]["sections"]
    assert (sent["type"], len(section["rows"])) == ("list", count)
    assert section["rows"][0] == {"id": "o1", "title": "Opción 1"}
    assert len(sent["action"]["button"]) <= 20


@pytest.mark.parametrize("worker", ["en", "es"])
@pytest.mark.parametrize(
    ("theirs", "button", "title"),
    [
        ("es", "Ver opciones", "Opciones"),
        ("en", "See options", "Options"),
        ("pt", "Ver opções", "Opções"),
        ("", "Ver opciones", "Opciones"),
        ("xx", "Ver opciones", "Opciones"),
    ],
    ids=["es", "en", "pt", "none", "unknown"],
)
def test_a_list_speaks_the_language_of_who_gets_it(graph, person, worker, theirs, button, title):
    talk = person()
    Contact.objects.filter(pk=talk.contact_id).update(language=theirs)
    offered = [{"id": id_, "title": words} for id_, words in options(4)]
    with translation.override(worker):
        outreach.send(conversation=talk, text="¿Cuál?", options=offered, author=Message.Author.BOT)
        work_off()
        assert translation.get_language() == worker
    action = graph.sent[0]["interactive"]["action"]
    assert (action["button"], action["sections"][0]["title"]) == (button, title)


def test_a_title_too_long_for_a_row_is_written_out_below_it(meta, graph):
    long = "Departamento en Miraflores con vista al mar {}"
    meta.send(replace(HOLA, options=options(4, long)))
    rows = graph.sent[0]["interactive"]["action"]["sections"][0]["rows"]
    assert len({row["title"] for row in rows}) == 4
    assert all(len(row["title"]) <= 24 for row in rows)
    assert rows[1]["description"] == long.format(2)


def test_titles_stay_each_another_when_they_are_cut(meta, graph):
    meta.send(replace(HOLA, options=options(3, "Departamento en Miraflores {}")))
    buttons = graph.sent[0]["interactive"]["action"]["buttons"]
    titles = [button["reply"]["title"] for button in buttons]
    assert len(set(titles)) == 3 and all(len(title) <= 20 for title in titles)


def test_a_template_goes_with_its_values(meta, graph):
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}
    meta.send(replace(HOLA, template=OutgoingTemplate("pago", "es_MX", (body,))))
    assert graph.sent[0]["type"] == "template"
    assert graph.sent[0]["template"] == {
        "name": "pago",
        "language": {"code": "es_MX"},
        "components": [body],
    }
    assert "text" not in graph.sent[0]


def test_a_template_shows_its_file_in_its_header(meta, graph):
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}
    header = {"type": "HEADER", "parameters": [{"type": "document", "document": {"link": "x"}}]}
    template = OutgoingTemplate("estado", "es", (body, header))
    meta.send(replace(HOLA, kind="document", template=template, file=file()))
    shown = {"id": "upload.1", "filename": "estado.pdf"}
    assert graph.sent[0]["template"]["components"] == [
        {"type": "header", "parameters": [{"type": "document", "document": shown}]},
        body,
    ]


# --- Files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "block"),
    [
        ("image", "Frente", {"id": "upload.1", "caption": "Frente"}),
        ("image", "", {"id": "upload.1"}),
        ("video", "Sala", {"id": "upload.1", "caption": "Sala"}),
        ("document", "Su estado", {"id": "upload.1", "caption": "Su estado",
                                   "filename": "estado.pdf"}),
        ("audio", "", {"id": "upload.1"}),
        ("sticker", "", {"id": "upload.1"}),
    ],
)  # fmt: skip
def test_a_file_is_uploaded_and_sent_by_its_id(meta, graph, kind, text, block):
    meta.send(replace(HOLA, kind=kind, text=text, file=file()))
    assert (graph.sent[0]["type"], graph.sent[0][kind]) == (kind, block)
    fields = {"messaging_product": "whatsapp", "type": "application/pdf"}
    assert graph.uploads == [
        {"name": "estado.pdf", "type": "application/pdf", "bytes": PDF, "fields": fields}
    ]
    assert graph.requests[0].path == "/v25.0/100200/media"
    assert graph.requests[0].headers["Content-Type"].startswith("multipart/form-data")


@pytest.mark.parametrize("name", ["estado de cuenta ñ.pdf", 'a"b\r\nc.pdf', "", "🏠.pdf"])
def test_any_name_of_a_file_is_taken(meta, graph, name):
    meta.send(replace(HOLA, kind="document", file=file(name=name)))
    assert graph.uploads[0]["bytes"] == PDF
    assert graph.sent[0]["document"]["filename"]


def test_a_file_leaves_only_after_its_upload(meta, graph):
    seen = []
    message = replace(
        HOLA, kind="image", file=file(), leaving=lambda: seen.append(len(graph.uploads))
    )
    meta.send(message)
    assert seen == [1]


@pytest.mark.parametrize(
    ("error", "permanent", "code"),
    [
        (131053, True, "131053"),
        (131000, False, "131000"),
        ((502, b"<html>"), False, "http_502"),
        ((200, b"no JSON"), False, "unreadable"),
        ((200, {"id": None}), False, "unreadable"),
        ("drop", False, "timeout"),
    ],
)
def test_an_upload_that_failed_sent_nothing(meta, graph, error, permanent, code):
    left = []
    graph.upload_errors = [error]
    with pytest.raises(ChannelError) as refused:
        meta.send(replace(HOLA, kind="image", file=file(), leaving=lambda: left.append(1)))
    told = refused.value
    assert (told.permanent, told.code, told.unconfirmed) == (permanent, code, False)
    assert (left, graph.sent) == ([], [])


def test_a_file_that_is_gone_is_told_and_sent_nothing(meta, graph):
    with pytest.raises(ChannelError) as refused:
        meta.send(replace(HOLA, kind="image", file=file(content=FileNotFoundError("x"))))
    assert (refused.value.permanent, refused.value.code, graph.requests) == (True, "gone", [])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (replace(HOLA, text="x" * 4097), "length"),
        (replace(HOLA, text="x" * 1025, kind="image", file=file()), "length"),
        (replace(HOLA, text="Hola", kind="audio", file=file()), "caption"),
    ],
)
def test_what_meta_would_refuse_is_not_even_uploaded(meta, graph, message, code):
    with pytest.raises(ChannelError) as refused:
        meta.send(message)
    assert (refused.value.code, refused.value.permanent, graph.requests) == (code, True, [])


# --- Courtesies ------------------------------------------------------------------------------


def test_seen_and_writing_are_told_of_the_persons_message(meta, graph):
    meta.mark_read("wamid.IN1", (ANA,))
    meta.show_typing("wamid.IN1", (ANA,))
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN1"}
    assert graph.seen == [read, {**read, "typing_indicator": {"type": "text"}}]
    assert graph.sent == []


@pytest.mark.parametrize("id_", ["", "derived.0123"])
def test_of_an_id_that_meta_never_gave_nothing_is_told(meta, graph, id_):
    meta.mark_read(id_, (ANA,))
    meta.show_typing(id_, (ANA,))
    assert graph.requests == []

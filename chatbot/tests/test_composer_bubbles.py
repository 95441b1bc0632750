"""How a thread shows edits, deletions, groups, reactions, templates, files; and what it costs."""

import re

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from chatbot.tests.composing import PNG, template
from chatbot.tests.desk import HTMX, at, browser, conversation, hear, say, words
from crm.conversations import ownership
from crm.conversations.models import Attachment, Conversation, Message, MessageRevision
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NASTY = '<script>alert(1)</script>"><img src=x>'


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client_of_agent(agent):
    return browser(agent)


@pytest.fixture
def group(channel):
    made = conversation(channel, "Familia Ficticia")
    Conversation.objects.filter(pk=made.pk).update(is_group=True)
    made.refresh_from_db()
    return made


def edited(message, *earlier):
    for text in earlier:
        MessageRevision.objects.create(message=message, text=text)
    Message.objects.filter(pk=message.pk).update(edited_at=timezone.now())


def deleted(message):
    MessageRevision.objects.create(message=message, text=message.text)
    Message.objects.filter(pk=message.pk).update(text="", deleted_at=timezone.now())


def attach(message, name="foto.png", mime="image/png"):
    made = Attachment(message=message, mime=mime, name=name, size=len(PNG), state="ready")
    made.file.save("x.png", ContentFile(PNG), save=False)
    made.save()
    return made


def bubble(client, talk, message):
    """The HTML of one message."""
    html = words(client.get(at("detail", talk.pk)))
    found = re.search(
        rf'data-key="m{message.pk}".*?</li>\s*(?=<li class="talk-item"|</ol>)', html, re.S
    )
    return found[0] if found else ""


def version(client, talk, message):
    found = re.search(
        rf'data-key="m{message.pk}" data-version="(\w+)"', words(client.get(at("live", talk.pk)))
    )
    return found[1]


# --- Edits and deletions ---------------------------------------------------------------------


def test_an_edit_keeps_what_was_said_before(talk, client_of_agent):
    message = hear(talk, "A las 5")
    before = version(client_of_agent, talk, message)
    edited(message, "A las 3", "A las 4")
    html = bubble(client_of_agent, talk, message)
    assert html.index("A las 5") < html.index("A las 3") < html.index("A las 4")
    assert "<details" in html
    assert version(client_of_agent, talk, message) != before


def test_an_edit_whose_earlier_words_nobody_knows_is_marked(talk, client_of_agent):
    message = hear(talk, "A las 5")
    edited(message)
    html = bubble(client_of_agent, talk, message)
    assert 'class="bubble-earlier"' in html
    assert "<details" not in html


def test_what_was_taken_back_leaves_a_tombstone(talk, client_of_agent, manager):
    message = hear(talk, "Mi clave es 1234")
    attachment = attach(message)
    deleted(message)
    html = bubble(client_of_agent, talk, message)
    assert "bubble-deleted" in html
    assert "1234" not in html
    assert at("media", attachment.pk) not in html
    assert client_of_agent.get(at("media", attachment.pk)).status_code == 404
    # Who is responsible may read it; the file is nobody's.
    assert "1234" in bubble(browser(manager), talk, message)
    assert at("media", attachment.pk) not in bubble(browser(manager), talk, message)


def test_a_quote_of_what_was_taken_back_says_nothing_of_it(talk, client_of_agent):
    message = hear(talk, "Mi clave es 1234")
    answer = say(talk, "Anotado", reply_to=message.provider_id)
    deleted(message)
    assert "1234" not in bubble(client_of_agent, talk, answer)


def test_our_own_message_that_was_taken_back_cannot_be_sent_again(talk, client_of_agent):
    message = say(talk, "Error", state="failed")
    deleted(message)
    assert at("retry", message.pk) not in bubble(client_of_agent, talk, message)


# --- Groups and reactions --------------------------------------------------------------------


def test_in_a_group_each_is_called_by_name_once_in_a_row(group, client_of_agent):
    first = hear(group, "Hola", sender="Ana Ficticia")
    second = hear(group, "¿Hay alguien?", sender="Ana Ficticia")
    third = hear(group, "Yo", sender="Luis Inventado")
    nobody = hear(group, "Yo también")
    named = [">Ana Ficticia<" in bubble(client_of_agent, group, one) for one in (first, second)]
    assert named == [True, False]
    assert ">Luis Inventado<" in bubble(client_of_agent, group, third)
    assert 'class="bubble-author"' in bubble(client_of_agent, group, nobody)


def test_a_quote_in_a_group_names_who_said_it(group, client_of_agent):
    first = hear(group, "Hola", sender="Ana Ficticia")
    second = hear(group, "¿Qué?", sender="Luis Inventado", reply_to=first.provider_id)
    assert "<strong>Ana Ficticia</strong>" in bubble(client_of_agent, group, second)


def test_in_a_group_each_has_a_reaction_of_their_own(group, client_of_agent):
    first = say(group, "Nos vemos")
    for sender, emoji in [("Ana", "👍"), ("Luis", "❤️"), ("Ana", "🎉"), ("Eva", "😮"), ("Eva", "")]:
        hear(group, emoji, kind="reaction", reply_to=first.provider_id, sender=sender)
    thread = client_of_agent.get(at("detail", group.pk)).context["thread"]
    assert [one.reactions for one in thread.bubbles] == [["🎉", "❤️"]]


def test_two_of_one_name_have_a_reaction_and_a_voice_each(group, client_of_agent):
    first = hear(group, "Hola", sender="Ana", sender_address="51911000001", ago=2)
    second = hear(group, "Hola", sender="Ana", sender_address="51911000002", ago=1)
    for number, emoji in [("1", "👍"), ("2", "❤️"), ("1", "🎉")]:
        sender = {"sender": "Ana", "sender_address": f"5191100000{number}"}
        hear(group, emoji, kind="reaction", reply_to=first.provider_id, **sender)
    shown = client_of_agent.get(at("detail", group.pk)).context["thread"].bubbles
    assert [(one.message, one.reactions) for one in shown] == [
        (first, ["🎉", "❤️"]),
        (second, []),
    ]
    assert not shown[1].follows


def test_a_reaction_to_what_is_not_here_is_a_line_of_its_own(talk, client_of_agent):
    given = hear(talk, "👍", kind="reaction", reply_to="wamid.OLD")
    taken = hear(talk, "", kind="reaction", reply_to="wamid.OLD")
    lines = [bubble(client_of_agent, talk, one) for one in (given, taken)]
    assert all('class="talk-notice"' in line for line in lines)
    assert "👍" in lines[0]
    assert re.sub(r"\s+", " ", lines[0]) != re.sub(r"\s+", " ", lines[1])


# --- Templates, and what is stuck ------------------------------------------------------------


def test_a_template_is_called_by_its_name_and_shows_its_buttons(talk, client_of_agent):
    one = template(talk.channel, "recordatorio_visita")
    message = say(talk, "Hola Ana\n\n[Ver] [Llamar]", template=one)
    html = bubble(client_of_agent, talk, message)
    assert "recordatorio_visita" in html
    assert "<li>Ver</li><li>Llamar</li>" in html
    assert "[Ver]" not in html
    one.delete()
    message.refresh_from_db()
    assert "Hola Ana" in bubble(client_of_agent, talk, message)


@pytest.mark.parametrize(
    ("state", "code", "acts"),
    [
        ("held", "window", {"discard"}),
        ("held", "template", {"discard", "retry"}),
        ("failed", "131026", {"retry", "give_up"}),
        ("failed", "given_up", {"retry"}),
        ("unknown", "", {"retry", "give_up"}),
        ("cancelled", "discarded", set()),
        ("cancelled", "", set()),
        ("queued", "", set()),
        ("read", "", set()),
    ],
    ids=[
        "window",
        "template",
        "failed",
        "given_up",
        "unknown",
        "discarded",
        "cancelled",
        "queued",
        "read",
    ],
)
def test_what_is_stuck_offers_what_one_may_do(talk, client_of_agent, state, code, acts):
    message = say(talk, state=state, error_code=code)
    html = bubble(client_of_agent, talk, message)
    names = ("retry", "give_up", "discard")
    assert {name for name in names if at(name, message.pk) in html} == acts


def test_a_stuck_bubble_is_drawn_again_when_a_colleague_takes_over(talk, agent, colleague):
    Contact.objects.update(owner=agent)
    stuck, fine = say(talk, state="failed"), say(talk, state="read")
    client = browser(agent)
    before = [version(client, talk, one) for one in (stuck, fine)]
    ownership.claim(conversation=talk, user=colleague)
    after = [version(client, talk, one) for one in (stuck, fine)]
    assert (before[0] == after[0], before[1] == after[1]) == (False, True)


# --- Words stay words, and the page stays cheap ----------------------------------------------


def test_what_people_call_things_stays_words(group, agent, manager):
    named = template(group.channel, NASTY)
    say(group, f"{NASTY}\n\n[{NASTY[:20]}]", template=named, author="colleague", user=agent)
    odd = hear(group, NASTY, sender=NASTY)
    hear(group, "¿Qué?", sender=NASTY, reply_to=odd.provider_id)
    edited(odd, NASTY)
    attach(hear(group, NASTY, kind="document"), name=f"{NASTY}.pdf", mime="application/pdf")
    gone = attach(hear(group, "", kind="image"), name=NASTY)
    Attachment.objects.filter(pk=gone.pk).update(state="failed", error=NASTY, media_id="1")
    taken = hear(group, NASTY, sender=NASTY)
    deleted(taken)
    hear(group, "👍" + NASTY, kind="reaction", reply_to="wamid.OLD", sender=NASTY)
    say(group, NASTY, state="held", error_code="window", error_text=NASTY)
    say(group, NASTY, state="failed", error_code=NASTY[:40], error_text=NASTY)
    say(group, NASTY, pricing={"category": NASTY, "billable": NASTY})
    for user in (agent, manager):
        for name in ("detail", "panel", "live", "card"):
            html = words(browser(user).get(at(name, group.pk)))
            assert "<script>alert" not in html
            assert "<img src=x" not in html


@pytest.mark.parametrize("name", ["detail", "live"])
def test_fifty_messages_cost_no_more_than_two(
    talk, agent, client_of_agent, django_assert_max_num_queries, name
):
    one = template(talk.channel)
    for index in range(50):
        message = hear(talk) if index % 2 else say(talk, template=one, user=agent)
        edited(message, "antes")
        attach(message)
        hear(talk, "👍", kind="reaction", reply_to=message.provider_id)
    client_of_agent.get(at(name, talk.pk), headers=HTMX)
    with django_assert_max_num_queries(17 if name == "detail" else 11):
        client_of_agent.get(at(name, talk.pk), headers=HTMX)

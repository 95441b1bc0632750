"""A forgotten password: a link by mail, once, to the right address, in the person's language."""

import re

import pytest

from crm.tests.people import PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NEW = "otra-batería-grapa"


def ask(client, email="julia@ejemplo.test", **headers):
    return client.post("/accounts/password/reset/", {"email": email}, **headers)


def link_in(mail):
    return re.search(r"(https?://\S+?)(/accounts/password/reset/key/\S+)", mail.body)


def test_the_link_opens_a_new_password_once(client, colleague, mailoutbox):
    person = colleague("agent", username="julia")
    assert ask(client).url == "/accounts/password/reset/done/"
    (mail,) = mailoutbox
    assert mail.to == ["julia@ejemplo.test"]
    assert mail.subject.startswith("Ventanilla: ")
    path = link_in(mail)[2]
    form = client.get(path, follow=True)
    action = form.redirect_chain[-1][0]
    assert client.post(action, {"password1": NEW, "password2": NEW}).status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert client.get("/profile/").status_code == 302, "the link alone logs nobody in"
    again = client.get(path, follow=True)
    assert "password1" not in again.content.decode()


def test_the_link_leads_to_our_house_whatever_name_it_was_called_by(
    client, colleague, mailoutbox, settings
):
    settings.ALLOWED_HOSTS = ["*"]
    settings.BASE_URL = "https://desk.ejemplo.test"
    colleague("agent", username="julia")
    ask(client, headers={"host": "evil.example"})
    assert link_in(mailoutbox[0])[1] == "https://desk.ejemplo.test"
    assert "evil.example" not in mailoutbox[0].body


def test_who_was_invited_without_a_password_chooses_one(client, colleague, mailoutbox):
    person = colleague("agent", username="julia")
    person.set_unusable_password()
    person.save()
    ask(client)
    action = client.get(link_in(mailoutbox[0])[2], follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, mailoutbox):
    assert ask(client, "nadie@ejemplo.test").url == "/accounts/password/reset/done/"
    assert mailoutbox == []


def test_a_mail_server_that_is_away_tells_a_stranger_nothing(client, colleague, settings):
    colleague("agent", username="julia")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert ask(client).url == "/accounts/password/reset/done/"


def test_asking_again_and_again_is_stopped(client, colleague, mailoutbox):
    colleague("agent", username="julia")
    answers = [ask(client).status_code for _ in range(8)]
    assert answers[0] == 302
    assert answers[-1] == 429
    assert len(mailoutbox) <= 5


def test_a_changed_password_is_told_by_mail(client, colleague, mailoutbox):
    colleague("agent", username="julia")
    client.post("/accounts/login/", {"login": "julia", "password": PASSWORD})
    body = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", body)
    assert [mail.to for mail in mailoutbox] == [["julia@ejemplo.test"]]

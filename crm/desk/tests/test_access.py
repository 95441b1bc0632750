"""Who comes in, and what those see who do not."""

import pytest

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("things")]


def test_a_stranger_is_sent_to_log_in_and_back(browser):
    answer = browser().get("/things/?is_staff=True")
    assert answer.status_code == 302
    assert answer.url == "/accounts/login/?next=/things/%3Fis_staff%3DTrue"


def test_a_piece_of_a_page_sends_the_whole_page_to_log_in(browser):
    answer = browser().get(
        "/things/",
        headers={
            "HX-Request": "true",
            "HX-Target": "table",
            "HX-Current-URL": "http://testserver/things/?page=2",
        },
    )
    assert answer.status_code == 403
    assert answer["HX-Redirect"] == "/accounts/login/?next=/things/%3Fpage%3D2"
    assert not answer.content


def test_the_way_back_from_log_in_stays_in_this_house(browser):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/evil"}
    answer = browser().get("/things/", headers=headers)
    assert answer["HX-Redirect"] == "/accounts/login/?next=/evil"


def test_a_colleague_without_the_permission_gets_a_friendly_page(browser, colleague):
    answer = browser(colleague("agent")).get("/things/")
    assert answer.status_code == 403
    assert "html" in answer["Content-Type"]
    assert b'href="/"' in answer.content
    assert b"People" not in answer.content


def test_a_colleague_with_the_permission_comes_in(browser, colleague):
    assert browser(colleague("administrator")).get("/things/").status_code == 200


def test_who_was_switched_off_is_a_stranger(browser, colleague):
    person = colleague("administrator")
    client = browser(person)
    person.is_active = False
    person.save()
    assert client.get("/things/").status_code == 302


def test_what_is_not_there_gets_a_friendly_page(browser, colleague):
    answer = browser(colleague("agent")).get("/no/such/page/")
    assert answer.status_code == 404
    assert b'href="/"' in answer.content


def test_what_is_not_there_is_the_same_for_a_stranger(browser):
    assert browser().get("/no/such/page/").status_code == 404


def test_the_menu_shows_what_one_may_enter_and_what_waits(browser, colleague):
    agent = browser(colleague("agent")).get("/").content.decode()
    assert "Start" in agent
    assert "Things" not in agent
    administrator = browser(colleague("administrator")).get("/").content.decode()
    assert "Things" in administrator
    assert 'data-waiting="100"' in administrator
    assert "99+" in administrator
    assert administrator.index("Start") < administrator.index("Things")

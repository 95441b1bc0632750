"""The "?" of a page: what the page is for, in few words."""

import pytest
from django.template import engines

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("things")]


@pytest.mark.parametrize("path", ["/", "/profile/", "/search/?q=villa"])
def test_a_page_explains_itself(browser, colleague, path):
    page = browser(colleague("agent")).get(path).content.decode()
    assert page.count('popovertarget="page-help"') == page.count('id="page-help"') == 1
    assert 'aria-label="Ayuda"' in page


def test_a_page_with_nothing_to_say_has_no_button(browser, colleague):
    page = browser(colleague("agent")).get("/nowhere/").content.decode()
    assert "page-help" not in page


def test_a_silent_block_renders_nothing():
    source = "{% load desk %}{% help_box %} {% block help %}{% endblock %}\n{% endhelp_box %}"
    assert engines["django"].from_string(source).render() == ""

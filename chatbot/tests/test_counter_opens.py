"""The whole way in a real browser: bin/run, a signed webhook, a lead, an answer, its ticks."""

import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest
import requests
from django.conf import settings

from chatbot.tests.graph_stub import GraphStub, post_signed, text_body
from crm.tests.chromium import launch

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

pytestmark = [
    pytest.mark.once,
    pytest.mark.browser,
    pytest.mark.serial,
    pytest.mark.timeout(240),
]

SECRET = "s3cr3t-app-secret"
DATABASE = "ventanilla_counter"


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def database():
    """The DATABASE_URL of an own, empty database of the kind this run is about; "" for SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    # By hand: a database cannot be made from within a transaction.
    server = psycopg2.connect(url)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
        yield urlsplit(url)._replace(path=f"/{DATABASE}").geturl()
        cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    server.close()


@pytest.fixture(scope="module")
def graph():
    port = free_port()
    hook = f"http://127.0.0.1:{port}/chatbot/webhook/whatsapp/"
    states = ("sent", "delivered", "read")
    with GraphStub(statuses=hook, secret=SECRET, states=states) as stub:
        stub.desk_port = port
        yield stub


@pytest.fixture(scope="module")
def desk(request, graph, database, tmp_path_factory):
    """A freshly installed desk with its demo, and WhatsApp at the stub. Its address."""
    home = tmp_path_factory.mktemp("desk")
    if not database:
        shutil.copytree(request.getfixturevalue("prepared_home"), home, dirs_exist_ok=True)
    environment = {
        "DEMO": "1",
        "GRAPH_API_URL": graph.url,
        "LOG_LEVEL": "WARNING",
        "PORT": str(graph.desk_port),
        "VENTANILLA_HOME": str(home),
        "WHATSAPP_ACCESS_TOKEN": "token-de-prueba",
        "WHATSAPP_APP_SECRET": SECRET,
        "WHATSAPP_PHONE_NUMBER_ID": "100200",
        "WHATSAPP_VERIFY_TOKEN": "palabra",
    }
    if database:
        environment["DATABASE_URL"] = database
    log = (home / "log").open("w")
    process = subprocess.Popen(
        [settings.BASE_DIR / "bin/run"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    address = f"http://localhost:{graph.desk_port}"
    try:
        wait_for_the_desk(process, address, home / "log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def wait_for_the_desk(process, address, log):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{address}/healthz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    pytest.fail(log.read_text())


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        browser = launch(started)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, desk):
    """A page on which the demo's agent is logged in; what its console complains of fails."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=desk)
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "agente")
    page.fill("input[name=password]", "demo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{desk}/")
    yield page
    context.close()
    assert complaints == []


def write_in(desk, text, **options):
    body = text_body(text, wamid=f"wamid.{time.time_ns()}", **options)
    assert post_signed(f"{desk}/chatbot/webhook/whatsapp/", SECRET, body) == 200


def test_a_webhook_becomes_a_lead_that_an_agent_answers(page, desk, graph):
    person = {"sender": "51900777001", "name": "Rosa Inventada"}
    page.goto("/leads/")
    page.evaluate("window.notReloaded = true")
    written = time.monotonic()
    write_in(desk, "Hola, me interesa la propiedad Villa Marina", **person)
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Rosa Inventada", timeout=2_000)
    assert time.monotonic() - written < 2.5
    expect(first).to_contain_text("Villa Marina")
    assert page.evaluate("window.notReloaded")

    first.get_by_role("link").first.click()
    thread = page.get_by_role("log")
    expect(thread).to_contain_text("me interesa la propiedad Villa Marina")
    expect(thread).to_contain_text("Gracias por tu interés en Villa Marina")
    page.get_by_label("Mensaje", exact=True).fill("Buenos días, ¿cuándo quieres verla?")
    page.keyboard.press("Control+Enter")

    mine = thread.locator(".bubble-colleague")
    expect(mine).to_contain_text("¿cuándo quieres verla?")
    expect(mine.locator(".tick")).to_have_attribute("title", "Leído", timeout=10_000)
    assert graph.texts(person["sender"])[-1] == "Buenos días, ¿cuándo quieres verla?"
    expect(page.locator("#steps")).to_contain_text("Contactado")

    write_in(desk, "Mañana por la tarde", **person)
    expect(thread).to_contain_text("Mañana por la tarde", timeout=3_000)


def test_the_same_without_any_account_on_the_phone(page, desk, graph):
    before = len(graph.sent)
    page.goto("/simulator/")
    page.get_by_role("button", name="Alguien nuevo").click()
    phone = page.get_by_label("Teléfono", exact=True)
    phone.get_by_label("Mensaje", exact=True).fill("Hola, me interesa la propiedad Villa Marina")
    phone.get_by_role("button", name="Enviar", exact=True).click()
    expect(phone).to_contain_text("Gracias por tu interés en Villa Marina", timeout=5_000)

    on_desk = phone.get_by_role("link", name=re.compile("escritorio|Verlo"))
    address = on_desk.get_attribute("href")
    agent = page.context.new_page()
    agent.goto(address)
    agent.get_by_label("Mensaje", exact=True).fill("Te escribo desde el escritorio")
    agent.keyboard.press("Control+Enter")
    expect(phone).to_contain_text("Te escribo desde el escritorio", timeout=5_000)
    tick = agent.locator(".bubble-colleague .tick").last
    expect(tick).to_have_attribute("title", "Leído", timeout=10_000)
    # Nothing left the machine.
    assert len(graph.sent) == before


def test_the_phone_taps_on_buttons_and_sends_pictures(page, tmp_path):
    page.goto("/simulator/")
    page.get_by_role("button", name="Alguien nuevo").click()
    phone = page.get_by_label("Teléfono", exact=True)
    phone.get_by_label("Mensaje", exact=True).fill("Quisiera información de precios")
    phone.get_by_role("button", name="Enviar", exact=True).click()
    choice = phone.locator("[data-choice]").first
    title = choice.inner_text()
    choice.click()
    expect(phone).to_contain_text(f"Gracias por tu interés en {title}", timeout=5_000)

    picture = tmp_path / "fachada.png"
    page.screenshot(path=picture)
    phone.locator("input[type=file]").set_input_files(picture)
    expect(phone.locator("img.said-picture").last).to_be_visible(timeout=10_000)


def test_who_asks_for_a_person_is_in_the_queue_within_two_seconds(page, desk, graph):
    person = {"sender": "51900777002", "name": "Berta Inventada"}
    page.goto("/conversations/?owner=queue")
    page.evaluate("window.notReloaded = true")
    written = time.monotonic()
    write_in(desk, "quiero hablar con un asesor", **person)
    row = page.locator("tbody tr", has_text="Berta Inventada")
    expect(row).to_contain_text(re.compile("Pidió una persona|Asked for a person"), timeout=2_000)
    assert time.monotonic() - written < 2.5
    assert page.evaluate("window.notReloaded")

    row.get_by_role("link").first.click()
    summary = page.locator(".talk-handed")
    expect(summary).to_contain_text("quiero hablar con un asesor")
    expect(page.locator(".talk-head .talk-waiting")).to_be_visible()
    expect.soft(page.get_by_role("log")).to_contain_text("un asesor")
    told = len(graph.texts(person["sender"]))
    write_in(desk, "¿sigue alguien ahí?", **person)
    expect(page.get_by_role("log")).to_contain_text("¿sigue alguien ahí?", timeout=3_000)
    assert len(graph.texts(person["sender"])) == told

    page.get_by_role("button", name="Devolver").click()
    expect(summary).to_have_count(0)
    write_in(desk, "menú", **person)
    expect(page.get_by_role("log")).to_contain_text("Esto es lo que puedo hacer", timeout=5_000)

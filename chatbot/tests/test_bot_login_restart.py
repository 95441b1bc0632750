"""A log-in in real processes that are killed in the middle of it: nothing is forgotten."""

import json
import time

import pytest

from chatbot.tests.graph_stub import post_signed, text_body, text_of
from chatbot.tests.installation import SECRET
from chatbot.tests.login_desk import code_in
from crm.jobs.tests.clusters import wait_for

pytestmark = [pytest.mark.once, pytest.mark.serial, pytest.mark.timeout(600)]

PHONE, STRANGER, GUESSER = "51987654333", "51911009901", "51911009902"
RIGHT, WRONG = "45612399 1990", "45612399 1991"
REGISTER = """
from datetime import date
from partners.registry import register_partner
register_partner(by=None, name="Ana Ficticia", document_type="dni", document_number="45612399",
                 birthday=date(1990, 3, 5), phone="+51987654333")
"""


def say(installation, text, sender, wamid):
    body = text_body(text, wamid=wamid, sender=sender)
    assert post_signed(installation.door, SECRET, body) == 200


def handled(installation):
    sql = "SELECT count(*) FROM chatbot_inboundevent WHERE state = 'pending'"
    return wait_for(lambda: installation.rows(sql) == [(0,)], 60)


def kill(installation, *names):
    for name in names:
        for process in installation.family(name):
            process.kill()


def texts(installation, digits):
    sent = [one for one in installation.sent() if digits in json.dumps(one)]
    return [text_of(one) for one in sent]


def sessions(installation):
    sql = "SELECT way FROM chatbot_partnersession WHERE closed_at IS NULL"
    return [way for (way,) in installation.rows(sql)]


def test_a_log_in_outlives_every_process(installation):
    installation.run("shell", "--no-imports", "-c", REGISTER)
    installation.start_graph()
    installation.start("web", "work", "jobs")
    say(installation, "Hola", PHONE, "wamid.RS0")
    for number in range(3):
        say(installation, WRONG, GUESSER, f"wamid.RG{number}")
    handled(installation)
    kill(installation, "work", "jobs")
    say(installation, RIGHT, STRANGER, "wamid.RS1")
    for number in range(3, 5):
        say(installation, WRONG, GUESSER, f"wamid.RG{number}")
    handled(installation)
    sql = "SELECT count(*) FROM chatbot_logincounter WHERE locked_until IS NOT NULL"
    assert installation.rows(sql) == [(1,)]
    wait_for(lambda: any("código es" in text for text in texts(installation, PHONE)), 90)
    code = code_in(next(text for text in texts(installation, PHONE) if "código es" in text))
    kill(installation, "work", "jobs", "web")
    wait_for(lambda: installation.get("/healthz")[0] == 200, 60)
    time.sleep(0.5)
    say(installation, code, STRANGER, "wamid.RS2")
    handled(installation)
    assert sessions(installation) == ["code"]
    kill(installation, "work")
    say(installation, "cerrar sesión", STRANGER, "wamid.RS3")
    handled(installation)
    assert sessions(installation) == []

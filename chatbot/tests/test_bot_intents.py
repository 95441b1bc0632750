"""What the bot understands: the acceptance list's words, and the corpus nobody tuned it to."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from statistics import median

import pytest
from django.core.management import CommandError, call_command

from chatbot.intents.detecting import detect
from chatbot.intents.heard import INTENTS, UNKNOWN
from chatbot.intents.hearing import corpus, model
from chatbot.intents.hearing.evaluation import evaluate
from chatbot.intents.hearing.training import fingerprint, train

pytestmark = pytest.mark.once

WRITTEN = {
    "authenticate": ["12345678 1990", "DNI: 12345678 1990", "mi dni es 12345678 y naci en 1990"],
    "greeting": ["Hola", "Buenos días", "Buenas tardes"],
    "help": ["ayuda", "Help", "menú", "menu", "opciones"],
    "personal_info": ["mis datos", "Mi información"],
    "account_statement": [
        "estado de cuenta",
        "mi deuda",
        "saldo",
        "cuanto debo",
        "¿Cuánto debo?",
        "hola, quiero mi estado de cuenta",
    ],
    "list_loans": ["mis préstamos", "Listar créditos", "mis creditos", "mis prestamos"],
    "loan_detail": [
        "Detalle de préstamo 5",
        "Detalle del préstamo 5",
        "el crédito 5",
        "detalle de préstamo",
        "¿en qué cuota voy?",
    ],
    "create_ticket": [
        "crear ticket",
        "Soporte",
        "tengo un reclamo por mi saldo",
        "Necesito ayuda con un pago",
    ],
    "upload_receipt": ["Comprobante", "Subir boleta", "ya pagué"],
    "settlement": ["¿puedo cancelar todo mi préstamo?"],
    "cancel": ["cancelar"],
    "affirm": ["sí"],
    "deny": ["no"],
    "goodbye": ["Adiós", "Chao", "bye"],
    "logout": ["cerrar sesión"],
    "unknown": ["menudo lío", "el préstamo del libro de la biblioteca", "5", "la segunda", ""],
}


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in WRITTEN.items() for text in texts]
)
def test_the_acceptance_lists_words_mean_what_it_says(intent, text):
    assert detect(text).intent == intent


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("greeting", "Hola 7"),
        ("greeting", "buenos días, 1990"),
        ("greeting", "oi 45 67"),
        ("thanks", "gracias 5"),
        ("help", "menú 3"),
        # A number beside a yes may put an amount right: it is asked again.
        ("unknown", "ok 1990"),
        ("unknown", "número 7"),
        ("authenticate", "dni 1990"),
        ("authenticate", "hola 12345678"),
        ("authenticate", "hola, nací en 1990"),
    ],
)
def test_a_short_number_beside_other_words_is_no_document(intent, text):
    heard = detect(text)
    assert heard.intent == intent
    assert bool(heard.slots.document) == ("12345678" in text)


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("talk_to_agent", "consultor"),
        ("talk_to_agent", "atendente"),
        ("ticket_status", "meus chamados"),
        ("ticket_status", "my tickets"),
        ("opt_in", "quero receber mensagens"),
        ("opt_in", "I want to receive messages"),
        ("opt_out", "no more messages"),
    ],
)
def test_words_that_replies_tell_people_to_write_are_surely_known(intent, text):
    heard = detect(text)
    assert (heard.intent, heard.exact) == (intent, True)


def test_the_model_in_use_is_made_from_the_corpus_as_it_is():
    assert model.current().made_from == fingerprint(), "run manage.py train_intents"


@pytest.fixture(scope="module")
def on_the_test_part():
    return evaluate("test")


def test_the_test_part_is_understood(on_the_test_part):
    """Its words stand in no failure's text: nobody shall tune the detector to them."""
    assert on_the_test_part.asked.total() >= 300
    wrong = [(one, other) for one, other, _text in on_the_test_part.missed]
    assert on_the_test_part.accuracy >= 0.95, wrong


def test_hardly_anything_off_topic_is_taken_for_something(on_the_test_part):
    assert on_the_test_part.off_topic >= 150
    taken = [other for _one, other, _text in on_the_test_part.false_hits]
    assert on_the_test_part.false_share <= 0.03, taken


def test_the_corpus_is_large_and_names_every_intent():
    on_topic, off_topic = corpus.part("train")
    assert len(on_topic) >= 900 and len(off_topic) >= 500
    assert {intent for intent, _text in on_topic} == INTENTS.keys() - {UNKNOWN}
    assert {intent for intent, _text in off_topic} == {UNKNOWN}


def test_a_message_is_understood_in_under_a_millisecond():
    texts = [text for _intent, text in corpus.read("train.tsv")[::40]]
    detect(texts[0])
    times = []
    for text in texts:
        before = time.process_time()
        detect(text)
        times.append(time.process_time() - before)
    assert median(times) < 0.001


def test_a_very_long_text_costs_no_more_than_its_beginning():
    before = time.process_time()
    detect("quiero saber cuánto debo " * 40_000)
    assert time.process_time() - before < 0.05


def test_several_threads_understand_the_same():
    texts = [text for _intent, text in corpus.read("train.tsv")[::100]]
    model.current.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(detect, texts))
    assert at_once == [detect(text) for text in texts]


def test_training_twice_makes_the_same_bytes():
    examples = [*corpus.read("train.tsv")[::60], *corpus.read("train_off_topic.tsv")[::60]]
    made = [model.packed(train(examples, made_from="here", rounds=2)) for _turn in range(2)]
    assert made[0] == made[1]
    assert model.packed(model.unpacked(made[0])) == made[0]


def test_a_line_of_the_corpus_that_is_none_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    (tmp_path / "train.tsv").write_text("greeting\thola\nnonsense\thola\n")
    with pytest.raises(ValueError, match=r"train\.tsv, line 2"):
        corpus.read("train.tsv")


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_one_object_a_line(tmp_path):
    file = tmp_path / "dichos.txt"
    file.write_text("mi deuda\n\npago S/ 250,50 el 03/02/2025\n", encoding="utf-8")
    told = [
        json.loads(line) for line in run("detect_intent", "hola", "--file", str(file)).splitlines()
    ]
    assert [one["text"] for one in told] == ["hola", "mi deuda", "", "pago S/ 250,50 el 03/02/2025"]
    intents = ["greeting", "account_statement", "unknown", "upload_receipt"]
    assert [one["intent"] for one in told] == intents
    paid = {"amount": "250.50", "currency": "PEN", "day": "2025-02-03"}
    assert told[3]["slots"] == paid
    assert all(0 <= one["score"] <= 1 and "runner_up" in one for one in told)


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"\xef\xbb\xbfhola\r\n\r\nsaldo\r\n", ["hola", "", "saldo"]),
        ("mi\u0085deuda\u2028hoy\nsaldo".encode(), ["mi\u0085deuda\u2028hoy", "saldo"]),
        (b"", []),
    ],
)
def test_the_command_answers_line_for_line(tmp_path, monkeypatch, content, texts):
    file = tmp_path / "dichos.txt"
    file.write_bytes(content)
    for given in (str(file), "-"):
        monkeypatch.setattr("sys.stdin", StringIO(content.decode().replace("\r\n", "\n")))
        told = run("detect_intent", "hola", "--file", given).splitlines()
        assert [json.loads(line)["text"] for line in told] == ["hola", *texts]


def test_the_command_says_what_it_cannot_read(tmp_path):
    for arguments in ([], ["--file", str(tmp_path / "none.txt")]):
        with pytest.raises(CommandError):
            run("detect_intent", *arguments)


def test_the_evaluation_prints_figures_confusion_and_misses(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    (tmp_path / "test.tsv").write_text("greeting\thola\nthanks\tcerrar sesión\n")
    (tmp_path / "test_off_topic.tsv").write_text("unknown\tcancelar\n")
    told = run("evaluate_intents")
    assert "50.00%  (1 of 2)" in told and "100.00%  (1 of 1 off topic)" in told
    assert "thanks               logout               1" in told
    assert "cerrar sesión" in told and "cancelar" in told
    assert "cerrar sesión" not in run("evaluate_intents", "--summary")

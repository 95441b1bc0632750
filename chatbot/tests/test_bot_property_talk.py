"""What is asked of the property that is spoken of, without naming it. No log-in."""

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from chatbot.models import Dialog
from chatbot.tests.composing import PNG
from chatbot.tests.self_service import MOST_QUERIES
from crm.catalog.models import Photo, Property
from crm.people.followups import FollowUp
from crm.people.models import Contact
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def others():
    for code, title, kind, district in (
        ("AL-02", "Los Álamos", "apartment", "La Molina"),
        ("DE-03", "Depósito Ríos", "warehouse", "Lurín"),
    ):
        Property.objects.create(
            code=code, title=title, operation="rent", kind=kind, district=district, price=900
        )


ONLY_A_PERSON = "se lo paso a un asesor"


def test_a_question_without_a_name_is_about_what_was_shown(chat, villa, others):
    chat("info de Villa Marina")
    for question, answer in (
        ("esta disponible?", "está disponible"),
        ("cuanto cuesta?", "180,000"),
        ("y el precio?", "180,000"),
        ("tiene cochera?", "Con cochera y vigilancia."),
        ("cuantos baños tiene", "2 baños"),
        ("la casa cuantos cuartos tiene?", "3 dormitorios"),
        ("tiene 3 dormitorios?", "3 dormitorios"),
        ("cuanto mide", "128 m²"),
        ("donde queda?", "Malecón 100"),
        ("y la dirección?", "Malecón 100"),
        ("queda en Miraflores?", "Malecón 100"),
        ("me interesa", "Qué bien que te interesa"),
        ("dame más información", "VM-01"),
        ("aceptan credito hipotecario?", ONLY_A_PERSON),
        ("es negociable el precio?", ONLY_A_PERSON),
        ("tiene piscina?", ONLY_A_PERSON),
        ("se puede pagar en cuotas?", ONLY_A_PERSON),
        ("mándame más fotos", ONLY_A_PERSON),
    ):
        (said,) = chat(question)
        assert "Villa Marina" in said and answer in said, question
        assert "Álamos" not in said and len(chat.queries) <= MOST_QUERIES
        assert [title for _id, title in chat.options][:1] == ["Agendar visita"]
    assert Lead.objects.get().last_text == question


def test_in_other_languages(chat, villa):
    chat("Villa Marina")
    for language, price in (("pt", "Preço"), ("en", "Price")):
        Contact.objects.update(language=language)
        assert price in chat("cuanto cuesta?")[0]


def test_more_photos_are_those_the_card_does_not_show(chat, villa):
    for caption in ("Sala", "Cocina", "Baño"):
        Photo.objects.create(property=villa, image=ContentFile(PNG, "a.png"), caption=caption)
    chat("info de Villa Marina")
    said = chat("mándame más fotos")
    assert said[:-1] == ["Cocina", "Baño"] and "fotos" in said[-1]
    assert ONLY_A_PERSON not in said[-1] and len(chat.queries) <= MOST_QUERIES


def test_who_looks_for_others_is_shown_others(chat, villa, others):
    chat("info de Villa Marina")
    for words in ("qué otras propiedades tienen?", "busco departamento en La Molina"):
        assert "Álamos" in str((chat(words), chat.options))


@pytest.mark.parametrize("words", ["info VM-01", "VM-01 info", "hola, información de Villa Marina"])
def test_who_wants_information_of_one_gets_its_card(chat, villa, words):
    """Though without its name it sounds like their own data."""
    assert "Malecón 100" in chat(words)[0] and len(chat.queries) <= MOST_QUERIES
    assert Lead.objects.get().property == villa


def test_a_title_wished_for_is_no_complaint(chat, villa):
    Property.objects.filter(code="VM-01").update(title="Edificio Sol")
    assert "Malecón 100" in chat("quiero el edificio sol")[0] and len(chat.queries) <= MOST_QUERIES
    assert Lead.objects.get().property == villa


def test_a_partner_gets_the_card_too(ask, villa):
    assert "Malecón 100" in ask("info VM-01")[0]
    assert Lead.objects.get().property == villa


@pytest.mark.parametrize("words", ["hay algo en miraflores?", "busco cuarto", "imóveis", "fotos"])
def test_whoever_looks_for_a_property_is_a_lead(chat, villa, words):
    chat(words)
    lead = Lead.objects.get()
    assert (lead.property, lead.last_text) == (None, words)


@pytest.mark.parametrize("words", ["no me interesa", "ya no me interesa", "no me gusta mucho"])
def test_whoever_likes_it_not_is_offered_others(chat, villa, others, words):
    Property.objects.filter(code="AL-02").update(operation="sale")
    chat("info de Villa Marina")
    (said,) = chat(words)
    assert "Entendido" in said and [title for _id, title in chat.options] == ["Los Álamos"]
    assert "Villa Marina" not in str((chat("me interesa"), chat.options))


def test_a_list_of_one_is_spoken_of(chat, villa, others):
    chat("departamento en miraflores")
    assert Lead.objects.get().property is None
    assert "Qué bien que te interesa *Villa Marina*" in chat("me interesa")[0]
    assert Lead.objects.get().property == villa and len(chat.queries) <= MOST_QUERIES


def test_the_only_one_of_a_list_is_meant_by_a_yes(chat, each, villa, others):
    chat("departamento en miraflores")
    rows = ["sí", "ese", "quiero ese", "quiero la 1"]
    for words in each(rows):
        assert "Malecón 100" in chat(words)[0] and len(chat.queries) <= MOST_QUERIES
        assert Lead.objects.get().property == villa


def test_a_yes_after_something_else_means_no_property(chat, villa, others):
    chat("departamento en miraflores")
    chat("gracias")
    assert "Malecón" not in chat("sí")[0]


def test_one_of_several_by_its_number(chat, villa, others):
    chat("qué departamentos tienen?")
    assert "Malecón 100" in chat("quiero la 2")[0]
    assert Lead.objects.get().property == villa


@pytest.mark.parametrize("words", ["", "quiero visitar "])
def test_one_of_a_list_is_visited_at_the_hour_that_is_said(chat, villa, others, words):
    chat("qué departamentos tienen?")
    chat(f"{words}la segunda el martes a las 10")
    visit = FollowUp.objects.get()
    assert visit.about == "Villa Marina" and len(chat.queries) <= MOST_QUERIES
    assert timezone.localtime(visit.due_at).hour == 10 and Lead.objects.get().property == villa


@pytest.mark.parametrize("words", ["info marina", "¿y marina?", "vm 01", "info los álamos"])
def test_a_part_of_its_name_or_code_names_it(chat, villa, others, words):
    title = "Álamos" if "álamos" in words else "Villa Marina"
    Property.objects.filter(code="AL-02").update(title="Los Álamos 245")
    (said,) = chat(words)[:1]
    assert title in said and "me dices" not in said
    assert title in Lead.objects.get().property.title


def test_several_of_that_name_are_listed(chat, villa, others):
    Property.objects.filter(code="DE-03").update(title="Los Álamos 300")
    Property.objects.filter(code="AL-02").update(title="Los Álamos 245")
    chat("info los álamos")
    assert {id_ for id_, _title in chat.options} == {"property:AL-02", "property:DE-03"}


def test_what_is_added_keeps_what_was_looked_for(chat, each, villa, others):
    cheap = Property.objects.get(code="AL-02")
    rented = {"operation": "rent", "price": 1800, "currency": cheap.currency}
    Property.objects.filter(code="VM-01").update(**rented)
    rows = [
        ("quiero alquilar un departamento", "en miraflores", "VM-01"),
        ("departamentos en alquiler", "hasta 950", "AL-02"),
        ("departamentos en miraflores", "algo más barato?", "AL-02"),
        ("departamentos en miraflores", "algo más económico?", "AL-02"),
        ("departamentos en alquiler", "busco almacén", "DE-03"),
        ("info de Villa Marina", "más barato", "AL-02"),
        ("info de Villa Marina", "mais barato", "AL-02"),
        ("info de Villa Marina", "cheaper?", "AL-02"),
        ("info de Villa Marina", "una casa más barata en la molina", "AL-02"),
        ("info de Villa Marina", "otra más económica en la molina?", "AL-02"),
        ("info de Villa Marina", "no encontré a ese precio, ¿tienen algo más barato?", "AL-02"),
        ("info de Villa Marina", "busco algo más barato, trato directo con el dueño", "AL-02"),
        ("info de Villa Marina", "cuál es la más barata que tienen?", "AL-02"),
        ("info de Villa Marina", "hay departamentos más baratos?", "AL-02"),
    ]
    for first, then, code in each(rows):
        chat(first)
        chat(then)
        assert [id_ for id_, _title in chat.options] == [f"property:{code}"]
        assert len(chat.queries) <= MOST_QUERIES


def test_who_haggles_or_found_a_cheaper_one_is_shown_no_other(chat, each, villa, others):
    Property.objects.filter(code="AL-02").update(operation="sale")
    chat("info de Villa Marina")
    rows = [
        "me lo deja más barato?",
        "pueden dejarlo más barato?",
        "lo más barato que me lo deja?",
        "dile al dueño que más barato",
        "la vi más barata en otro lado",
        "gracias, ya encontré algo más barato",
        "el más barato",
        "hay manera de que el dueño me lo deje más barato?",
    ]
    for words in each(rows):
        assert "Un asesor te responderá" in chat(words)[0]
        assert "Álamos" not in str(chat.graph.sent[-1])


def test_the_cheapest_of_a_list_is_one_of_it(chat, each, villa, others):
    rows = ["el más barato", "dame el más barato", "la más barata el martes a las 10"]
    for words in each(rows):
        chat("departamentos en miraflores")
        assert "no tenemos nada" not in str(chat(words))


def test_of_another_kind_or_elsewhere_a_dearer_one_is_shown(chat, each, villa, others):
    Property.objects.create(
        code="CA-04", title="Casa Sur", operation="rent", kind="house", district="Surco", price=990
    )
    Property.objects.filter(code="AL-02").update(district="Surco")
    Property.objects.filter(code="VM-01").update(operation="rent")
    rows = [("casas más baratas", "CA-04"), ("hay más baratos en miraflores?", "VM-01")]
    for words, code in each(rows):
        chat("departamentos en surco")
        chat(words)
        assert f"property:{code}" in {id_ for id_, _title in chat.options}


def test_of_the_same_kind_no_dearer_one_is_said_to_be_cheaper(chat, villa, others):
    Property.objects.filter(code="VM-01").update(operation="rent", price=1800)
    chat("info de Los Álamos")
    assert "no tenemos nada así" in chat("hay departamentos más baratos?")[0]


def test_what_a_partner_would_pay_less_for_is_no_property(ask, villa, others):
    ask("info de Villa Marina")
    for words in ("me pueden dar una tasa más barata", "hay forma de que salga más barato pagar?"):
        assert "nada así" not in str(ask(words)) and "property:" not in str(ask.graph.sent[-1])


@pytest.mark.parametrize("then", ["departamento", "la molina"])
def test_that_they_would_rent_is_kept(chat, villa, others, then):
    Property.objects.filter(code="VM-01").update(district="La Molina")
    chat("quiero alquilar")
    chat(then)
    assert [id_ for id_, _title in chat.options] == ["property:AL-02"]


def test_what_they_found_dear_is_not_offered_again(chat, villa, others):
    chat("info de Villa Marina")
    assert "no tenemos nada así" in chat("más barato")[0]
    assert "interactive" not in chat.graph.sent[-1]


def test_after_a_list_it_is_asked_which_of_those(chat, villa, others):
    chat("info de Villa Marina")
    Property.objects.filter(code="DE-03").update(kind="house")
    chat("propiedades en alquiler, hasta 1000")
    chat("cuanto cuesta?")
    assert {id_ for id_, _title in chat.options} == {"property:AL-02", "property:DE-03"}
    Property.objects.filter(code="AL-02").update(description="Edificio con piscina")
    assert "Álamos" in chat("con piscina?")[0]
    assert "900" in chat("cuanto cuesta?")[0]


def test_what_is_near_is_of_that_kind(chat, villa, others):
    (near,) = chat("casas en alquiler en surco")
    assert "Álamos" in near and "Depósito" not in near


def test_a_question_in_between_leaves_the_one_for_an_hour_open(chat, villa):
    chat("quiero visitar Villa Marina")
    hour = chat.options[0]
    assert "Malecón 100" in chat("donde queda?")[0]
    assert Dialog.objects.get().step == "when"
    assert "Listo" in chat.tap(*hour)[0]


def test_a_partner_asks_as_well(ask, villa):
    for words in ("crear ticket", "Mi pago", "No aparece", "info de Villa Marina"):
        ask(words)
    assert "Malecón 100" in ask("donde queda?")[0]
    assert "Malecón 100" in ask("y la dirección?")[0]
    assert "180,000" in ask("cuanto cuesta?")[0]
    assert "Villa Marina" not in str(ask("no entiendo eso de las cuotas"))
    assert "Tus datos" in ask("mi dirección y mis datos")[0]

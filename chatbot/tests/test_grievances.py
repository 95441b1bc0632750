"""Which words are anger or a threat, and which only look like it."""

import pytest

from chatbot.intents.grievances import is_angry, threatens

ANGRY = """
Son unos ladrones
ustedes son unos ESTAFADORES
Esto es una estafa!!
me están robando con esos intereses
me estafaron
Estoy harto de ustedes
estoy muy molesta
toy super enojado oe
ya me cansé, nadie me responde
pésima atención
su servicio es pésimo
qué falta de respeto
se burlan de mí
¿cuántas veces tengo que llamar?
esto es el colmo
váyanse a la mierda
hijos de puta
idiotas
🤬🤬
es inaceptable lo que hacen
nadie me da una solución
me están viendo la cara
Isso é um absurdo
vocês são uns ladrões
péssimo atendimento
ninguém me responde
You are thieves
this is unacceptable
I'm really angry
fuck you
worst service ever
ladrones!!
es un robo
lo que cobran es un robo
es una estafa
usura
this is a scam!
"""
NOT_ANGRY = """
me robaron el celular, quiero cambiar mi número
¿hay ladrones por la zona?
¿esto es una estafa?
está muy cara, es un robo el precio
es un robo de precio
hola, ¿cómo sé que no es una estafa?
no estoy molesto, solo pregunto
disculpe la molestia
¿incluye recojo de basura?
qué vergüenza, me atrasé con mi cuota
busco un depa en zona sin robos
tengo un reclamo por mi saldo
estoy interesada
estoy muy contenta con el servicio
la casa está muy bien
¿aceptan mascotas? mi perro es malísimo jaja
menudo lío
no me llegó el comprobante
mi deuda
estoy en el abuso... perdón, en el bus
¿la puerta es de madera maciza?
Voy con mi papá, está cansado
muito obrigado
is it a scam?
I'm mad about this apartment
¿entraron ladrones alguna vez?
fue un robo, me quitaron el celular
¿es una estafa?
"""
THREATS = """
los voy a denunciar
voy a poner una denuncia
Voy a denunciarlos en Indecopi
los voy a demandar
les pondré una demanda judicial
esto va para defensa del consumidor
tomaré acciones legales
iniciaremos acciones judiciales
les enviaré una carta notarial
mi abogado se comunicará con ustedes
hablaré con mi abogada
voy a consultar con un abogado
los voy a llevar a juicio
voy a ir a la policía
iré a la fiscalía
vou ao Procon
vou processar vocês
vou falar com meu advogado
I will sue you
my lawyer will call you
I'm taking legal action
voy a ir a la SBS
los reporto a la sbs
fiscalía
abogado
les mando carta documento
me llegó una notificación judicial
me llegó una demanda de ustedes
"""
NO_THREATS = """
soy abogado y busco oficina
¿necesito abogado para firmar la compra?
¿el abogado de ustedes revisa el contrato?
¿hay mucha demanda por esa zona?
¿la propiedad tiene algún juicio?
a mi juicio está caro
¿está cerca de la comisaría?
¿queda lejos la corte superior?
¿hay policía en la zona?
¿los papeles están en regla, sin problemas legales?
tengo un reclamo
¿están registrados en la SBS?
¿por qué me reportaron a la SBS?
mi esposo es abogado
me demora mucho el pago
¿cuánto demora la entrega?
quiero un departamento cerca al poder judicial
"""


def lines(text):
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(ANGRY))
def test_anger_at_us_is_heard(text):
    assert is_angry(text)


@pytest.mark.parametrize("text", lines(NOT_ANGRY))
def test_what_is_no_anger_at_us_is_none(text):
    assert not is_angry(text) and not threatens(text)


@pytest.mark.parametrize("text", lines(THREATS))
def test_a_threat_with_the_law_is_heard(text):
    assert threatens(text)


@pytest.mark.parametrize("text", lines(NO_THREATS))
def test_who_only_speaks_of_the_law_does_not_threaten(text):
    assert not threatens(text) and not is_angry(text)


@pytest.mark.parametrize(
    "text", ["mi abogado los va a llamar para la compra", "¿tiene acciones legales pendientes?"]
)
def test_who_buys_may_bring_a_lawyer(text):
    assert threatens(text) and not threatens(text, buying=True)
    assert threatens(f"{text} los voy a denunciar", buying=True)


@pytest.mark.parametrize("text", ["", " ", "a " * 20_000, "no " * 9_000, "voy " * 9_000, "\x00?"])
def test_no_text_takes_long(text):
    assert not is_angry(text) and not threatens(text)

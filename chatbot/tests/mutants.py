"""Valid bodies with anything in the place of one to three of their nodes, or with nodes gone."""

import copy
import json

from hypothesis import strategies as st

from chatbot.channels.events import Event

GONE = object()

characters = st.characters(exclude_categories=())  # half surrogates included
words = ["", "text", "image", "system", "read", "edit", "http://[::1", "https://x.fbcdn.net"]
texts = st.text(characters, max_size=20) | st.sampled_from(
    [*words, "\x00", "\ud800", "9" * 400, "x" * 1_000, "🏠" * 300]
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.just(10**400)
    | st.floats()
    | texts
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def places_in(node, path=()):
    """Every place in an element, as the keys that lead there."""
    if isinstance(node, dict | list):
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*path, key)
            yield from places_in(child, (*path, key))


@st.composite
def mutants_of(draw, elements, above=0):
    """One of `elements`, mutated deeper than `above` keys."""
    element = copy.deepcopy(draw(st.sampled_from(elements)))
    for _ in range(draw(st.integers(1, 3))):
        places = [path for path in places_in(element) if len(path) > above]
        if places:
            _replace(element, draw(st.sampled_from(places)), draw(st.just(GONE) | anything))
    return element


def _replace(node, path, value):
    for key in path[:-1]:
        node = node[key]
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value


def all_understood(provider, body):
    """Every event of a body, as it is stored, and what it means."""
    for event in provider.parse(body):
        assert isinstance(event, Event)
        stored = json.dumps(event.payload)
        assert event.key.encode() and event.lane.encode()
        event.external_id.encode()
        assert 0 < len(event.kind) <= 20 and len(event.key) <= 255
        yield event, provider.understand(event.kind, json.loads(stored))

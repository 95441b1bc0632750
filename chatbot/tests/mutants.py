"""Documented bodies with anything anywhere in them: what hypothesis makes them of."""

import copy

from hypothesis import strategies as st

characters = st.characters(exclude_categories=())  # half surrogates included
texts = st.text(characters, max_size=20) | st.sampled_from(
    ["", "\x00", "\ud800", "9" * 400, "x" * 1_000, "🏠" * 300, "text", "image", "system", "read"]
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
GONE = object()


def paths_of(node, path=(), *, above=1):
    """Every place in a body deeper than `above` keys."""
    if len(path) > above:
        yield path
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        if isinstance(child, dict | list):
            yield from paths_of(child, (*path, key), above=above)
        elif len(path) >= above:
            yield (*path, key)


@st.composite
def mutants(draw, bodies, above=1):
    """One of `bodies` with one to three of its nodes replaced by anything, or taken out."""
    places = [(n, path) for n, one in enumerate(bodies) for path in paths_of(one, above=above)]
    number, place = draw(st.sampled_from(places))
    others = draw(st.lists(st.sampled_from(places), max_size=2))
    body = copy.deepcopy(bodies[number])
    for other, path in [(number, place), *others]:
        if other == number:
            replace(body, path, draw(st.just(GONE) | anything))
    return body


def replace(node, path, value):
    for key in path[:-1]:
        try:
            node = node[key]
        except (KeyError, IndexError, TypeError):
            return
    try:
        if value is GONE:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return

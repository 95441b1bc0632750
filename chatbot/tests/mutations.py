"""Bodies with anything anywhere in them, for providers of all kinds."""

import copy

from hypothesis import strategies as st

characters = st.characters(exclude_categories=())  # half surrogates included
texts = st.text(characters, max_size=20) | st.sampled_from(
    ["", "\x00", "\ud800", "9" * 400, "x" * 1_000, "🏠" * 300, "text", "action", "read", "a@g.us"]
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


def paths_of(node, path=()):
    """Every place in a body."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from paths_of(child, (*path, key))


@st.composite
def mutants(draw, bodies):
    """One of `bodies` with one to three of its nodes replaced, taken out, or put elsewhere."""
    body = copy.deepcopy(draw(st.sampled_from(bodies)))
    places = draw(st.lists(st.sampled_from(list(paths_of(body))), min_size=1, max_size=3))
    for path in places:
        replace(body, path, draw(st.just(GONE) | anything))
    return shuffled(draw, body)


def shuffled(draw, body):
    return {key: body[key] for key in draw(st.permutations(list(body)))}


def replace(node, path, value):
    try:
        for key in path[:-1]:
            node = node[key]
        if isinstance(node, dict) and not isinstance(path[-1], str):
            return  # a list stood here before
        if value is GONE:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return

import pytest

from crm.conftest import browser, colleague  # noqa: F401  (fixtures)


@pytest.fixture
def officer(colleague):  # noqa: F811
    return colleague("officer", username="oficial")


@pytest.fixture
def other(colleague):  # noqa: F811
    return colleague("officer", username="otra")


@pytest.fixture
def manager(colleague):  # noqa: F811
    return colleague("manager", username="gerenta")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def people(count, start=1):
    """A file of so many good rows."""
    rows = [
        f"S-{n:03},Persona Ficticia {n},{40000000 + n},E-{n}" for n in range(start, start + count)
    ]
    return "\n".join(["Nro socio,Nombre,DNI,Id", *rows])

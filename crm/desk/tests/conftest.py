import pytest

OURS = ("crm.", "django.", "django_htmx.", "allauth.", "csp.", "whitenoise.")
HERE = "crm.desk.tests.samples"


@pytest.fixture
def things(settings):
    """The desk with one made-up room hung into it, and no other."""
    settings.ROOT_URLCONF = HERE
    settings.MIDDLEWARE = [path for path in settings.MIDDLEWARE if path.startswith(OURS)]
    settings.MENU = [f"{HERE}.MENU"]
    settings.NEW_MENU = []
    settings.SEARCH_SOURCES = [f"{HERE}.search"]
    settings.DASHBOARD_CARDS = [f"{HERE}.cards"]
    settings.FIRST_STEPS = [f"{HERE}.steps"]
    settings.PULSES = [f"{HERE}.pulse"]
    settings.READINESS = [f"{HERE}.well"]

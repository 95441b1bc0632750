"""What leads mean for a property."""

from django.urls import reverse

from crm.catalog.models import Property


def test_a_property_with_leads_stays(browser, colleague, make_lead, make_property):
    boss = colleague("", username="raiz", is_superuser=True)
    villa = make_property()
    make_lead(property=villa)
    url = reverse("catalog:delete", args=[villa.pk])
    response = browser(boss).post(url, follow=True)
    assert 'data-level="error"' in response.content.decode()
    assert Property.objects.filter(pk=villa.pk).exists()

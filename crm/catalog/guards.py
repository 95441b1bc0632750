"""Which properties and photos a person may see; what is not theirs to see is not there."""

from django.shortcuts import get_object_or_404

from crm.catalog.models import Photo, Property
from crm.people.models import User


def get_property_for(user: User, pk: int) -> Property:
    rows = Property.objects.visible_to(user).select_related("responsible")
    return get_object_or_404(rows, pk=pk)


def get_photo_for(user: User, pk: int) -> Photo:
    visible = Property.objects.visible_to(user)
    return get_object_or_404(Photo.objects.filter(property__in=visible), pk=pk)

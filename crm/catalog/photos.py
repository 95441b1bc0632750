"""Photos of a property: checked, made small, stripped of what a camera notes, kept in order.

Whatever comes in, a JPEG of our own making is stored, and a small one beside it.
"""

import io
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image

from crm.catalog.models import Photo, Property
from crm.errors import DeskError
from crm.pictures import BROKEN, too_large, upright

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_SIDE = 1600  # pixels
THUMB_SIDE = 400
MOST_PIXELS = 50_000_000  # a picture this large is unpacked into 150 MB
MOST_PHOTOS = 40
QUALITY = 85


def add_photo(
    *,
    property: Property,  # noqa: A002  (the field's own name)
    file: File,  # type: ignore[type-arg]
    caption: str = "",
) -> Photo:
    """Put a picture behind the property's others.

    JPEG, PNG or WebP up to `settings.UPLOAD_MAX_BYTES`; raises DeskError for everything else.
    """
    picture = _opened(file)
    large, small = _jpeg(picture, LARGEST_SIDE), _jpeg(picture, THUMB_SIDE)
    with transaction.atomic():
        Property.objects.select_for_update().get(pk=property.pk)
        last = property.photos.aggregate(last=Max("position"))["last"]
        if property.photos.count() >= MOST_PHOTOS:
            raise DeskError(_("A property takes %(count)d photos.") % {"count": MOST_PHOTOS})
        photo = Photo(property=property, caption=caption, position=0 if last is None else last + 1)
        photo.image.save("photo.jpg", ContentFile(large), save=False)
        default_storage.save(thumb_name(photo), ContentFile(small))
        photo.save()
    return photo


def move_photo(*, photo: Photo, by: int) -> None:
    """Move a photo by so many places (negative: to the front), as far as there are places."""
    with transaction.atomic():
        Property.objects.select_for_update().get(pk=photo.property_id)
        row = list(Photo.objects.filter(property=photo.property_id))
        at = row.index(photo)
        to = min(max(at + by, 0), len(row) - 1)
        row.insert(to, row.pop(at))
        for position, one in enumerate(row):
            one.position = position
        Photo.objects.bulk_update(row, ["position"])


def delete_photo(*, photo: Photo) -> None:
    """Delete the photo, and its files once that is certain."""
    names = [photo.image.name, thumb_name(photo)]
    with transaction.atomic():
        photo.delete()
        transaction.on_commit(lambda: _drop(names))


def thumb_name(photo: Photo) -> str:
    """Where the small picture lies: beside the large one."""
    path = PurePosixPath(photo.image.name)
    return str(path.with_name(f"{path.stem}-small.jpg"))


def _opened(file: File) -> Image.Image:  # type: ignore[type-arg]
    if file.size > settings.UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise DeskError(_("The picture is larger than %(limit)s.") % {"limit": limit})
    data = file.read()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as probe:
            if too_large(probe, data, MOST_PIXELS):
                raise DeskError(_("The picture has too many pixels."))
            probe.verify()
        # A verified image cannot be read any more: it is opened again, small enough from the start.
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
        picture.load()
    except Image.DecompressionBombError as error:
        raise DeskError(_("The picture has too many pixels.")) from error
    except BROKEN as error:
        raise DeskError(_("This is no JPEG, PNG or WebP picture.")) from error
    return picture


def _jpeg(picture: Image.Image, side: int) -> bytes:
    out = io.BytesIO()
    upright(picture, side).save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _drop(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)

"""Photos: what is taken, what is refused, what is left of them, who sees them."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from crm.catalog.models import Photo
from crm.catalog.photos import MOST_PHOTOS, add_photo, thumb_name
from crm.catalog.tests.conftest import picture

pytestmark = pytest.mark.once


def upload(page, about, *files):
    url = reverse("catalog:add_photos", args=[about.pk])
    return page.post(url, {"photos": list(files)}, follow=True).content.decode()


def opened(photo, name=None):
    return Image.open(default_storage.open(name or photo.image.name))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_small_jpeg_of_our_own(browser, marta, make_property, form):
    villa = make_property()
    upload(browser(marta), villa, picture(form, (2400, 1200)))
    photo = villa.photos.get()
    assert (opened(photo).format, opened(photo).size) == ("JPEG", (1600, 800))
    assert opened(photo, thumb_name(photo)).size == (400, 200)


def test_it_stands_upright_and_tells_nothing_of_its_camera(marta, make_property):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "Cámara de Marta"
    exif.get_ifd(0x8825)[1] = "S"
    photo = add_photo(property=make_property(), file=picture(size=(60, 40), exif=exif))
    assert opened(photo).size == (40, 60)
    assert not opened(photo).getexif()
    assert b"Marta" not in default_storage.open(photo.image.name).read()


def test_what_a_camera_noted_wrongly_harms_nothing(marta, make_property):
    exif = Image.Exif()
    exif[0x0112], exif[0x011A] = 6, 72.5
    notes = exif.tobytes().replace(b"\x01\x1a", b"\x01\x10")  # a number for the camera's name
    photo = add_photo(property=make_property(), file=picture(size=(60, 40), exif=notes))
    assert opened(photo).size == (40, 60)
    assert opened(photo, thumb_name(photo)).size == (40, 60)


def test_what_is_transparent_becomes_white(make_property):
    file = picture("PNG", mode="RGBA", colour=(255, 0, 0, 0))
    photo = add_photo(property=make_property(), file=file)
    assert opened(photo).getpixel((5, 5)) == (255, 255, 255)


def bomb():
    """A small file that says it is 20,000 by 20,000 pixels."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return SimpleUploadedFile("bomba.png", out.getvalue())


def of_endless_layers():
    content = picture(progressive=True).read()
    scan = content.rindex(b"\xff\xda")
    return SimpleUploadedFile("foto.jpg", content[:scan] + content[scan:-2] * 101 + content[-2:])


@pytest.mark.parametrize(
    "file",
    [
        lambda: picture("GIF"),
        lambda: picture("BMP"),
        lambda: picture("GIF", name="foto.jpg"),
        lambda: SimpleUploadedFile("foto.jpg", b"no picture at all"),
        lambda: SimpleUploadedFile("foto.jpg", b""),
        lambda: SimpleUploadedFile("foto.jpg", picture().read()[:200]),
        lambda: SimpleUploadedFile("foto.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        lambda: SimpleUploadedFile("foto.jpg", picture().read() + b"\0" * 6_000_000),
        bomb,
        of_endless_layers,
        lambda: picture(size=(5000, 4001), progressive=True),
    ],
)
def test_what_is_no_photo_is_refused_in_words(browser, marta, make_property, file):
    villa = make_property()
    text = upload(browser(marta), villa, file())
    assert 'data-level="error"' in text
    assert not villa.photos.exists()


def test_of_several_the_good_ones_are_kept(browser, marta, make_property):
    villa = make_property()
    bad = SimpleUploadedFile("<b>malo.jpg", b"x")
    text = upload(browser(marta), villa, picture(), bad, picture("PNG"))
    assert [photo.position for photo in villa.photos.all()] == [0, 1]
    assert "<b>malo" not in text and "malo" in text


def test_a_property_takes_no_more_than_its_share(browser, marta, make_property):
    villa = make_property()
    Photo.objects.bulk_create(
        Photo(property=villa, image="x.jpg", position=n) for n in range(MOST_PHOTOS)
    )
    upload(browser(marta), villa, picture())
    assert villa.photos.count() == MOST_PHOTOS


def test_photos_are_put_in_order_named_and_deleted_with_their_files(
    browser, marta, make_property, django_capture_on_commit_callbacks
):
    villa, page = make_property(), browser(marta)
    first, second = (add_photo(property=villa, file=picture()) for _ in range(2))

    def one(name, photo):
        return reverse(f"catalog:{name}", args=[photo.pk])

    page.post(one("move_photo", second), {"to": "front"})
    assert list(villa.photos.all()) == [second, first]
    page.post(one("move_photo", second), {"to": "front"})
    page.post(one("move_photo", second), {"to": "back"})
    assert list(villa.photos.all()) == [first, second]
    page.post(one("caption", first), {"caption": "<i>Fachada</i>"})
    text = page.get(villa.get_absolute_url()).content.decode()
    assert "&lt;i&gt;Fachada" in text and "<i>Fachada" not in text
    page.post(one("caption", first), {"caption": "x" * 161})
    first.refresh_from_db()
    assert first.caption == "<i>Fachada</i>"
    assert page.get(one("remove_photo", first)).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        page.post(one("remove_photo", first))
    assert list(villa.photos.all()) == [second]
    assert not default_storage.exists(first.image.name)
    assert not default_storage.exists(thumb_name(first))


def test_pictures_are_served_to_who_may_see_them(browser, alice, charlie, make_property):
    photo = add_photo(property=make_property(), file=picture())
    for name in ("photo", "thumb"):
        url = reverse(f"catalog:{name}", args=[photo.pk])
        response = browser(alice).get(url)
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "private" in response["Cache-Control"]
        assert browser().get(url).status_code == 302
        assert browser(charlie).get(url).status_code == 403
        assert browser(alice).post(url).status_code == 405


def test_a_file_that_is_lost_or_no_picture_is_not_there(browser, alice, make_property):
    villa = make_property()
    lost = Photo.objects.create(property=villa, image="properties/lost.jpg")
    name = default_storage.save("page.jpg", SimpleUploadedFile("p", b"<html><script>1</script>"))
    odd = Photo.objects.create(property=villa, image=name)
    for photo in (lost, odd):
        assert browser(alice).get(reverse("catalog:photo", args=[photo.pk])).status_code == 404


def test_who_only_looks_changes_nothing(browser, alice, make_property):
    villa = make_property()
    photo = add_photo(property=villa, file=picture())
    for name, pk in [("add_photos", villa.pk), ("move_photo", photo.pk), ("caption", photo.pk),
                     ("remove_photo", photo.pk)]:  # fmt: skip
        assert browser(alice).post(reverse(f"catalog:{name}", args=[pk])).status_code == 403
    assert villa.photos.count() == 1

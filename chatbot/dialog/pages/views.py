"""What the bot says, for administrators: every reply, reworded, previewed, and taken back."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chatbot.dialog import wording
from chatbot.dialog.pages.titles import in_order, title_of
from chatbot.dialog.replies import PLAIN, names, original
from chatbot.models import ReplyWording
from crm.conversations.wording import without_marks
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from crm.people.folding import fold

CHANGE = "chatbot.change_replywording"
LANGUAGES = {
    "es": gettext_lazy("Spanish"),
    "pt": gettext_lazy("Portuguese"),
    "en": gettext_lazy("English"),
}
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Row:
    """`text` is how it is written, `sample` how it reads."""

    group: str
    title: str
    name: str
    text: str
    sample: str
    changed: ReplyWording | None

    @property
    def words(self) -> str:
        return f"{self.group} {self.title} {self.name} {self.text} {self.sample}"


@require_GET
@permitted(CHANGE)
def reply_list(request: DeskRequest) -> HttpResponse:
    language = request.GET.get("language", "")
    language = language if language in settings.CHAT_LANGUAGES else settings.CHAT_LANGUAGES[0]
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    only_changed = request.GET.get("changed") == "1"
    rows = [
        row
        for row in _rows(language)
        if fold(asked) in fold(row.words) and (row.changed or not only_changed)
    ]
    context = {
        "replies": rows,
        "language": language,
        "languages": [(one, LANGUAGES[one]) for one in settings.CHAT_LANGUAGES],
        "asked": asked,
        "only_changed": only_changed,
    }
    return render(request, "replies/list.html", context)


def _rows(language: str) -> list[Row]:
    own = {one.name: one for one in ReplyWording.objects.filter(language=language)}
    rows = []
    for name in in_order(names()):
        text = own[name].text if name in own else original(name, language)
        rows.append(Row(*title_of(name), name, text, _sample(name, language, text), own.get(name)))
    return rows


def _sample(name: str, language: str, text: str) -> str:
    """How it reads, with made-up values; one that cannot be rendered any more as it is written."""
    try:
        return without_marks(wording.preview(name, language, text))
    except DeskError:
        return text


@require_http_methods(["GET", "POST"])
@permitted(CHANGE)
def reply_edit(request: DeskRequest, language: str, name: str) -> HttpResponse:
    _known_or_404(language, name)
    own = ReplyWording.objects.filter(name=name, language=language).first()
    text = own.text if own else original(name, language).strip()
    error = ""
    if request.method == "POST":
        text = request.POST.get("text", "")[: wording.LONGEST + 1]
        try:
            wording.save(name=name, language=language, text=text, by=request.user)
        except DeskError as refused:
            error = str(refused)
        else:
            tell(request, _("From now on the bot says it like this."))
            return _to_list(language)
    return render(
        request,
        "replies/edit.html",
        _context(language, name, text) | {"own": own, "error": error},
        status=422 if error else 200,
    )


@require_POST
@permitted(CHANGE)
def reply_preview(request: DeskRequest, language: str, name: str) -> HttpResponse:
    """How what is typed would read."""
    _known_or_404(language, name)
    text = request.POST.get("text", "")[: wording.LONGEST + 1]
    return render(request, "replies/edit.html#preview", _context(language, name, text))


@require_POST
@permitted(CHANGE)
def reply_reset(request: DeskRequest, language: str, name: str) -> HttpResponse:
    _known_or_404(language, name)
    if wording.reset(name=name, language=language, by=request.user):
        tell(request, _("The bot says it in its original words again."))
    return _to_list(language)


def _context(language: str, name: str, text: str) -> dict[str, object]:
    try:
        shown, trouble = wording.preview(name, language, wording.check(name, language, text)), ""
    except DeskError as error:
        shown, trouble = "", str(error)
    return {
        "language": language,
        "language_name": LANGUAGES[language],
        "name": name,
        "title": title_of(name)[1],
        "text": text,
        "shown": shown,
        "trouble": trouble,
        "original": original(name, language).strip(),
        "known": [wording.placeholder(one) for one in wording.known(name)],
        "longest": wording.LONGEST,
        "is_plain": name in PLAIN,
    }


def _known_or_404(language: str, name: str) -> None:
    if language not in settings.CHAT_LANGUAGES or name not in names():
        raise Http404


def _to_list(language: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('replies:list')}?language={language}")

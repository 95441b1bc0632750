"""The pages of products: officers look, managers change."""

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.audit.models import AuditEntry
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.desk.lists import ListPage
from crm.errors import DeskError
from crm.people.models import User
from partners.account.guards import get_product_for
from partners.account.history import told
from partners.account.product_forms import GROUPS, WHERE, ProductForm
from partners.account.tables import ProductTable
from partners.lending.errors import LendingError
from partners.models import LoanProduct
from partners.products import save_product

SHOWN = 20


class ProductList(ListPage):
    permission = "partners.view_loanproduct"
    title = gettext_lazy("Loan products")
    icon = "package"
    table_class = ProductTable
    template_name = "partners/products.html"
    create_url_name = "partners:product_create"
    create_label = gettext_lazy("New product")
    create_permission = "partners.add_loanproduct"
    empty_title = gettext_lazy("No products yet")
    empty_text = gettext_lazy(
        "A product says how a loan is lent: its rate, method and late interest."
    )

    def queryset(self, user: User) -> QuerySet[LoanProduct]:
        return LoanProduct.objects.annotate(loans_made=Count("loans"))


@require_http_methods(["GET", "POST"])
@permitted("partners.view_loanproduct", "partners.add_loanproduct")
def create(request: DeskRequest) -> HttpResponse:
    return _edit(request, LoanProduct())


@require_http_methods(["GET", "POST"])
@permitted("partners.view_loanproduct")
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """To change for who may, else to look at."""
    product = get_product_for(request.user, pk)
    if request.method == "POST" and not request.user.has_perm("partners.change_loanproduct"):
        raise PermissionDenied
    return _edit(request, product)


def _edit(request: DeskRequest, product: LoanProduct) -> HttpResponse:
    form = ProductForm(request.POST or None, instance=product)
    may_change = not product.pk or request.user.has_perm("partners.change_loanproduct")
    if not may_change:
        form.look_only()
    if request.method == "POST" and form.is_valid():
        try:
            save_product(product=form.instance, by=request.user)
        except DeskError as error:
            cause = error.__cause__
            code = cause.code if isinstance(cause, LendingError) else ""
            form.add_error(WHERE.get(code), str(error))
        else:
            tell(request, _("The product was saved. Loans that were made keep their conditions."))
            return redirect("partners:products")
    kept = LoanProduct.objects.get(pk=product.pk) if product.pk else None
    context = {
        "form": form,
        "product": kept,
        "groups": [(title, [form[name] for name in names]) for title, names in GROUPS],
        "may_change": may_change,
        "history": _history(request.user, kept) if kept else [],
    }
    return render(request, "partners/product_form.html", context)


def _history(user: User, product: LoanProduct) -> list[object]:
    if not user.has_perm("audit.view_auditentry"):
        return []
    entries = AuditEntry.objects.about(product).select_related("actor")[:SHOWN]
    return [told(entry, product.currency) for entry in entries]

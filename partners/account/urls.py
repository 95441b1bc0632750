"""Routes of loans and products; their namespace is `partners`."""

from django.urls import URLPattern, path

from partners.account import actions, product_views, views

urlpatterns: list[URLPattern] = [
    path("<int:pk>/loans/new/", views.create, name="loan_create"),
    path("loans/<int:pk>/", views.detail, name="loan"),
    path("loans/<int:pk>/payments/", actions.book, name="book_payment"),
    path(
        "loans/<int:pk>/payments/<int:payment_pk>/reverse/",
        actions.reverse,
        name="reverse_payment",
    ),
    path("loans/<int:pk>/charges/", actions.charge, name="set_charge"),
    path(
        "loans/<int:pk>/charges/<int:charge_pk>/take-back/",
        actions.uncharge,
        name="cancel_charge",
    ),
    *(
        path(f"loans/<int:pk>/{step}/", actions.move, {"step": step}, name=f"loan_{name}")
        for step, name in (
            ("disburse", "disburse"),
            ("cancel", "cancel"),
            ("write-off", "write_off"),
        )
    ),
    path("products/", product_views.ProductList.as_view(), name="products"),
    path("products/new/", product_views.create, name="product_create"),
    path("products/<int:pk>/", product_views.detail, name="product"),
]

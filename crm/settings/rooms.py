"""What the rooms hang into the desk: dotted paths; a system check imports each."""

MENU = [
    "crm.desk.menu.ENTRIES",
    "leads.menu.ENTRIES",
    "partners.menu.ENTRIES",
    "partners.review.menu.ENTRIES",
    "tickets.pages.menu.ENTRIES",
    "chatbot.menu.ENTRIES",
]
NEW_MENU = [
    "crm.desk.menu.NEW",
    "leads.menu.NEW",
    "partners.menu.NEW",
    "partners.imports.menu.NEW",
    "tickets.pages.menu.NEW",
]
# Beside the search box, and on the page of everything that is set up once.
TOOLS_MENU = ["chatbot.menu.TOOLS"]
SETTINGS_PAGES = [
    "crm.desk.menu.SETTINGS",
    "crm.people.menu.SETTINGS",
    "chatbot.menu.SETTINGS",
    "partners.menu.SETTINGS",
    "tickets.pages.menu.SETTINGS",
]
SEARCH_SOURCES = [
    "leads.search.search_leads",
    "partners.search.search_partners",
    "crm.people.search.search_contacts",
    "crm.catalog.search.search_properties",
    "tickets.pages.search.search_tickets",
]
DASHBOARD_CARDS = [
    "chatbot.channels.pages.dashboard.cards",
    "leads.dashboard.cards",
    "partners.review.dashboard.cards",
    "tickets.pages.dashboard.cards",
    "chatbot.dialog.login.dashboard.cards",
    "chatbot.inbox.dashboard.cards",
]
FIRST_STEPS = [
    "chatbot.steps.steps",
    "crm.catalog.steps.steps",
    "crm.desk.steps.steps",
    "chatbot.demo.steps.steps",
]
PULSES = [
    "leads.pulse.pulse",
    "chatbot.inbox.pulse.pulse",
    "partners.portfolio.pulse.pulse",
    "partners.review.pulse.pulse",
    "tickets.pulse.pulse",
]
READINESS = [
    "crm.desk.health.database",
    "chatbot.readiness.queue_age",
    "chatbot.readiness.channels",
    "crm.jobs.heartbeat.probe",
]
# What can be brought in from CSV and XLSX: classes, each a crm.imports.contract.Importer.
IMPORTERS = [
    "partners.imports.people.PartnerImporter",
    "partners.imports.loans.LoanImporter",
    "partners.imports.payments.PaymentImporter",
]
# What the desk says by itself, for which a template can stand in: lists of (slug, label).
TEMPLATE_PURPOSES = ["chatbot.purposes.PURPOSES"]
# What a channel's provider allows: slug -> crm.conversations.rules.Rules.
CHANNEL_RULES = "chatbot.channels.registry.rules_of"
# The words of a reply, the office's own if it has some: (conversation, name, values, language
# if not that of whose conversation it is) -> text.
REPLY_WORDS = "chatbot.dialog.replies.words_for"
# Whether a partner has proved who they are in a conversation: (conversation, partner) -> bool.
PARTNER_SPEAKS = "chatbot.dialog.speakers.is_partner_speaking"
# Done by every `manage.py prepare`, in this order: functions without arguments, safe to repeat.
SETUP_STEPS = [
    "chatbot.channels.environment.sync_default_channel",
    "crm.jobs.schedules.synchronise",
]

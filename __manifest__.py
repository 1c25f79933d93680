{
    'name': 'Azerbaijan - E-invoicing with e-taxes (VatPortal)',
    'version': '19.0.1.0.0',
    'category': 'Accounting/Localizations/EDI',
    'summary': 'Send invoices to e-taxes.gov.az through VatPortal and receive their qaimə numbers',
    'description': """
Electronic invoices (qaimə) for Azerbaijan
==========================================
Sends posted invoices to the tax portal e-taxes.gov.az through the VatPortal API (v8.0), shows the
ASAN İmza check codes on screen, and writes the qaimə number back to each invoice.
""",
    'author': 'l10n_az_vatportal contributors',
    'license': 'LGPL-3',
    'countries': ['az'],
    'depends': ['account'],
    'external_dependencies': {'python': ['requests', 'xmltodict']},
    'data': [
        'security/vatportal_security.xml',
        'security/ir.model.access.csv',
        'data/vatportal_kind_data.xml',
        'data/vatportal_status_data.xml',
        'data/uom_data.xml',
        'data/vatportal_bill_data.xml',
        'data/ir_cron_data.xml',
        'data/import_cron_data.xml',
        'data/vatportal_lifecycle_data.xml',
        'wizards/send_wizard_views.xml',
        'wizards/bill_wizard_views.xml',
        'wizards/delete_wizard_views.xml',
        'wizards/token_wizard_views.xml',
        'wizards/import_wizard_views.xml',
        'views/vatportal_job_views.xml',
        'views/vatportal_document_views.xml',
        'views/vatportal_connector_views.xml',
        'views/vatportal_import_schedule_views.xml',
        'views/vatportal_kind_views.xml',
        'views/account_move_views.xml',
        'views/product_views.xml',
        'views/res_config_settings_views.xml',
        'views/vatportal_lifecycle_views.xml',
        'views/vatportal_menus.xml',
        'views/vatportal_bill_views.xml',
    ],
    'assets': {
        'web.assets_backend': [
            'l10n_az_vatportal/static/src/**/*',
        ],
        'web.assets_tests': [
            'l10n_az_vatportal/static/tests/tours/**/*',
        ],
    },
    'post_init_hook': '_post_init',
    'application': False,
    'installable': True,
}

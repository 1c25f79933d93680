{
    'name': 'Azerbaijan - Goods transfers at e-taxes (VatPortal)',
    'version': '19.0.1.4.0',
    'category': 'Accounting/Localizations/EDI',
    'summary': 'Send transfers between own warehouses to e-taxes.gov.az through VatPortal',
    'author': 'l10n_az_vatportal contributors',
    'license': 'LGPL-3',
    'countries': ['az'],
    'depends': ['l10n_az_vatportal', 'stock'],
    'auto_install': True,
    'data': [
        'security/vatportal_security.xml',
        'security/ir.model.access.csv',
        'data/mail_activity_type_data.xml',
        'wizards/send_wizard_views.xml',
        'views/stock_warehouse_views.xml',
        'views/stock_picking_views.xml',
        'views/vatportal_connector_views.xml',
        'views/vatportal_document_views.xml',
        'report/report_deliveryslip.xml',
    ],
    'assets': {
        'web.assets_tests': [
            'l10n_az_vatportal_stock/static/tests/tours/**/*',
        ],
    },
    'installable': True,
}

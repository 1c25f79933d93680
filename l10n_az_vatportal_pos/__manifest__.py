{
    'name': 'Azerbaijan - Point of Sale invoices at e-taxes (VatPortal)',
    'version': '19.0.1.5.0',
    'category': 'Accounting/Localizations/EDI',
    'summary': 'Send invoices made in Point of Sale to e-taxes.gov.az through VatPortal',
    'author': 'l10n_az_vatportal contributors',
    'license': 'LGPL-3',
    'website': 'https://vatportal.az',
    'countries': ['az'],
    'depends': ['l10n_az_vatportal', 'point_of_sale'],
    'auto_install': True,
    'data': ['data/ir_cron_data.xml', 'views/vatportal_connector_views.xml'],
    'installable': True,
}

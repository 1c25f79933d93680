{
    'name': 'Azerbaijan - Purchase orders of e-taxes documents (VatPortal)',
    'version': '19.0.1.5.0',
    'category': 'Accounting/Localizations/EDI',
    'summary': 'Link the bills of received e-invoices with their purchase orders',
    'author': 'l10n_az_vatportal contributors',
    'license': 'LGPL-3',
    'website': 'https://vatportal.az',
    'countries': ['az'],
    'depends': ['l10n_az_vatportal', 'purchase'],
    'auto_install': True,
    'installable': True,
}

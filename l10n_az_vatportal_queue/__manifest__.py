{
    'name': 'Azerbaijan - e-taxes processes on several servers (VatPortal)',
    'version': '19.0.1.0.0',
    'category': 'Accounting/Localizations/EDI',
    'summary': 'Processes of e-taxes, bills and large sendings as jobs of queue_job',
    'author': 'l10n_az_vatportal contributors',
    'license': 'LGPL-3',
    'countries': ['az'],
    'depends': ['l10n_az_vatportal', 'queue_job'],
    'data': ['data/queue_job_data.xml'],
    'uninstall_hook': 'uninstall_hook',
    'auto_install': True,
    'installable': True,
}

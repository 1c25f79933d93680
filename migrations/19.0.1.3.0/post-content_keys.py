from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """The content of documents without a number includes its notes and names now."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for document in env['vatportal.document'].search([('content_key', '!=', False), ('qaime', '=', False)]):
        document.content_key = document._content_key()

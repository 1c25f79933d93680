from odoo import fields, models

from ...vatportal import PortalError
from ...vatportal.plain import plain
from .. import portal_text

# What the connection test asks for: an ERP id that no invoice can have.
NO_INVOICE = 'CONNECTION-TEST'


class VatportalConnector(models.Model):
    """What an administrator does once: try the connection."""

    _inherit = 'vatportal.connector'

    # ------------------------------------------------------------------ test

    tested_at = fields.Datetime(string='Last Test', readonly=True, copy=False)
    test_problem = fields.Char(string='What the Test Found', readonly=True, copy=False, help='Empty: the connection worked.')

    def action_test_connection(self):
        """Ask the portal for an invoice that does not exist, and say what came of it, and what else the set-up lacks.

        Tells apart: address, certificate, log-in data, partner's phone, missing ASAN İmza number.
        """
        self.ensure_one()
        self.check_access('write')
        error = self._test_connection()
        # Kept for all who look after the connector, told to whoever has pressed.
        kept = error and plain(self._in_their_language()._test_problem(error))
        self.sudo().write({'tested_at': fields.Datetime.now(), 'test_problem': kept})
        # The form and the page of the set-up go on saying what was found.
        if error:
            return notification('danger', self.env._('The connection does not work'), self._test_problem(error), reload=True)
        works = self.env._('VatPortal accepted the log-in data at %s.', self.base_url)
        lacking = self.env['vatportal.checklist']._lacking(self.company_id)
        if lacking:
            text = self.env._('%(works)s The set-up still lacks: %(steps)s.', works=works, steps='; '.join(lacking))
            return notification('warning', self.env._('The connection works'), text, reload=True)
        return notification('success', self.env._('The connection works'), works, reload=True)

    def _forget_test(self):
        """What these connectors were tested with has changed."""
        self.sudo().filtered('tested_at').write({'tested_at': False, 'test_problem': False})

    def _test_connection(self):
        """Return the :class:`PortalError` that stands against using the portal, or False."""
        with self._client() as client:
            try:
                client.read_invoices([NO_INVOICE])
            except PortalError as error:
                if self.retry_at:
                    self._note_error(error, client)
                return error
            self._note_answer(client.read_methods)
        return False

    def _test_problem(self, error):
        """What ``error`` of a test means, in the language of the context."""
        said = f' ({self.env._("The portal said: %s", error.message)})' if error.message else ''
        return f'{self.base_url}: {portal_text.explain(self.env, error)}{said}'


def notification(kind, title, message, sticky=False, reload=False):
    return {
        'type': 'ir.actions.client',
        'tag': 'display_notification',
        'params': {
            'type': kind,
            'title': title,
            'message': message,
            'sticky': sticky,
            **({'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'}} if reload else {}),
        },
    }

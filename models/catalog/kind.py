from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import escape_psql

from ...vatportal.archive import PLAIN_KIND
from ..states import ADJUSTMENTS, RETURN_KINDS, TRANSFERS


class VatportalKind(models.Model):
    """A kind of e-taxes document (VatPortal API v8.0, "Kinds").

    The kinds that the vendor lists are data of this addon; one that is met in a download and is not
    among them is added by :meth:`_get_or_create`, so that what e-taxes says is never lost.
    """

    _name = 'vatportal.kind'
    _description = 'e-taxes document kind'
    _inherit = ['vatportal.guard']
    _order = 'sequence, id'
    _vatportal_given_fields = ('code',)

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True, copy=False, help="The kind's name at e-taxes, as downloaded documents carry it.")
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    upload_type = fields.Char(
        string='Type when sending',
        help='What the portal\'s import takes as "type". Empty: this kind is only received. Change it where '
        'your portal account answers with error 61 (unknown type) and VatPortal names another one; with “default” the document goes as an '
        'ordinary sale.',
    )
    with_agent = fields.Boolean(string='Agent', help='Sent with the mark that the goods are handled by an agent.')
    help = fields.Text(string='Explanation', translate=True, help='Who issues this kind, and how Odoo books it when it is received.')

    _code_unique = models.Constraint('UNIQUE (code)', 'This e-taxes kind exists already.')

    def _fits_package(self):
        """Whether documents of this kind go into the e-taxes package, of which only the form for ordinary sales is known."""
        return self.code == PLAIN_KIND

    def _goes_as_a_sale(self):
        """Whether what takes back or lowers what was sold, was received before it is, or is moved, goes out as an ordinary sale."""
        return self.code in (*RETURN_KINDS, *ADJUSTMENTS, *TRANSFERS, 'advanceInvoice') and self.upload_type == 'default'

    @api.ondelete(at_uninstall=False)
    def _unlink_except_data(self):
        """Kinds that addons brought are looked up by their name as data, and an update would bring them again."""
        names = self.get_external_id()
        for kind in self:
            if names[kind.id] and not names[kind.id].startswith('__'):
                raise UserError(self.env._("%s belongs to the addon and can't be deleted; archive it instead.", kind.name))

    @api.depends_context('lang')
    @api.depends('name', 'code')
    def _compute_display_name(self):
        for kind in self:
            kind.display_name = kind.name or kind.code

    @api.model
    def _get_or_create(self, code):
        """Return the kind of an e-taxes ``code``, in whatever case it is written; an unknown one is added, named by its
        code."""
        # The addon's own come first, should an earlier version have added the same in another case.
        kind = self.with_context(active_test=False).search([('code', '=ilike', escape_psql(code))], order='id', limit=1)
        return kind or self.sudo().create({'name': code, 'code': code})

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class VatportalDocument(models.Model):
    """One qaimə that a company and its branch under the same VÖEN have both read: where both are at work it counts once."""

    _inherit = 'vatportal.document'

    is_copy = fields.Boolean(
        string='Counted in Another Company',
        compute='_compute_is_copy',
        search='_search_is_copy',
        help='The same qaimə is here for another company under the same VÖEN that is at work too, and is counted there: where its '
        'invoice or bill is, else in the company that is higher up.',
    )

    @api.depends('qaime', 'direction', 'company_id', 'move_id', 'erp_id')
    @api.depends_context('allowed_company_ids')
    def _compute_is_copy(self):
        copies = self.search([('id', 'in', self.ids), ('is_copy', '=', True)])
        for document in self:
            document.is_copy = document._origin in copies

    def _search_is_copy(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return Domain.OR(self._copies_among(companies) for companies in self._one_taxpayers())

    @api.model
    def _one_taxpayers(self):
        """The companies at work of which several are one taxpayer: list of recordsets, of each the highest first."""
        roots = self.env.companies.grouped(lambda company: company.sudo().root_id).values()
        families = (family.grouped(self._taxpayer_key).values() for family in roots if len(family) > 1)
        return [
            companies.sorted(lambda company: (len(company.sudo().parent_ids), company.id)) for family in families for companies in family if len(companies) > 1
        ]

    @api.model
    def _copies_among(self, companies):
        """Those of ``companies``, one taxpayer, that are in another one of these as well and count there."""
        ids = companies.ids

        def to_sql(model, alias, query):
            own = {name: model._field_to_sql(alias, name, query) for name in ('qaime', 'direction', 'company_id', 'move_id', 'erp_id')}
            return SQL(
                """(%(company_id)s = ANY(%(ids)s) AND EXISTS (
                    SELECT 1 FROM vatportal_document other
                     WHERE other.company_id = ANY(%(ids)s) AND other.direction = %(direction)s AND other.qaime = %(qaime)s
                       AND (other.move_id IS NULL AND other.erp_id IS NULL, array_position(%(ids)s, other.company_id))
                         < (%(move_id)s IS NULL AND %(erp_id)s IS NULL, array_position(%(ids)s, %(company_id)s))))""",
                ids=ids,
                **own,
            )

        return Domain.custom(to_sql=to_sql)

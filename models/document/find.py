from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...vatportal import qaime_number
from ...vatportal.erp_id import SERIES_LENGTH, series_of


class VatportalDocument(models.Model):
    """Finding documents among hundreds of thousands: by number, however it is written, and the indexes of lists.

    Numbers are looked up in two ways, which must not share an index. Parts of one are searched in ``name``, which begins
    with what e-taxes calls the document; exact ones in ``qaime``. PostgreSQL would take an index of trigrams for thousands of
    exact numbers as well, and read it for each of them.
    """

    _inherit = 'vatportal.document'

    qaime_search = fields.Char(compute='_compute_qaime_search', search='_search_qaime', export_string_translation=False)

    # In the order of the lists; with that, of a partner's documents.
    _newest = models.Index('(date DESC, id DESC)')
    _newest_of_partner = models.Index('(partner_id, company_id, date DESC, id DESC) WHERE partner_id IS NOT NULL')
    # All that lists group and add up, so that the documents themselves are not read.
    _figures = models.Index(
        '(company_id, direction, state, status, shown_status, bill_state, partner_id, kind_id, day) INCLUDE (amount_net_signed, amount_vat_signed, amount_total_signed)'
    )
    # What was sent to somebody at about a day.
    _sent_to = models.Index("(buyer_vat, date) WHERE direction = 'outgoing'")
    # Of all: of a partial index PostgreSQL keeps no figures of how many it would find, and reads the table instead.
    _series = models.Index(f'(LEFT(erp_id, {SERIES_LENGTH}))')
    _erp_id_part = models.Index(lambda registry: 'USING gin (LOWER(erp_id) gin_trgm_ops)' if registry.has_trigram else '')

    @api.depends('qaime')
    def _compute_qaime_search(self):
        for document in self:
            document.qaime_search = document.qaime

    def _search_qaime(self, operator, value):
        """Find a document by its number however it is written (e-taxes shows it with a space), its name, or its ERP id."""
        if not isinstance(value, str):
            return NotImplemented
        number = qaime_number(value)
        if operator != 'ilike':
            return [('qaime', operator, number)]
        return Domain('name', 'ilike', value) | Domain('name', 'ilike', number) | self._erp_id_like(value)

    @api.model
    def _erp_id_like(self, text):
        """Those with ``text`` in their ERP ids."""
        part = text.lower()
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL('LOWER(%s) LIKE %s', model._field_to_sql(alias, 'erp_id', query), f'%{part}%'),
            predicate=lambda document: part in (document.erp_id or '').lower(),
        )

    @api.model
    def _of_series(self, series):
        """Those whose ERP ids begin with one of ``series``, see :meth:`Identity.series`."""
        series = sorted(series)
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                '(%(erp_id)s IS NOT NULL AND LEFT(%(erp_id)s, %(length)s) = ANY(%(series)s))',
                erp_id=model._field_to_sql(alias, 'erp_id', query),
                length=SQL(str(SERIES_LENGTH)),
                series=series,
            ),
            predicate=lambda document: series_of(document.erp_id or '') in series,
        )

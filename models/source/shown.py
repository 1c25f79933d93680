from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...vatportal import qaime_number
from ..states import SHOWN_STATUSES

# The buttons of a banner that only show something, and those that need the document of the record.
_LOOKS = ('action_vatportal_documents', 'action_vatportal_bill_document', 'action_vatportal_follow')
_OF_DOCUMENT = (*_LOOKS, 'action_vatportal_delete')


class VatportalSource(models.AbstractModel):
    """What lists show of a record, and by what they find it: one status, and the qaimə number however it is written."""

    _inherit = 'vatportal.source'

    vatportal_shown_status = fields.Selection(
        SHOWN_STATUSES,
        string='e-taxes',
        compute='_compute_vatportal_shown_status',
        store=True,
        copy=False,
        help='The status at e-taxes; before it is registered there, how far its sending is.',
    )

    vatportal_qaime_search = fields.Char(
        string='Qaimə as It Is Written', compute='_compute_vatportal_qaime_search', search='_search_vatportal_qaime_search', export_string_translation=False
    )

    # ------------------------------------------------------------------ number

    @api.depends('vatportal_qaime')
    def _compute_vatportal_qaime_search(self):
        for record in self:
            record.vatportal_qaime_search = next((number for name in self._vatportal_qaime_fields() if (number := record[name])), False)

    @api.model
    def _search_vatportal_qaime_search(self, operator, value):
        """Find a record by its number as e-taxes shows it, with a space, or in small letters. Asked for on the record itself, for
        whoever may read that need not have access to its document."""
        if operator not in ('ilike', '=') or not isinstance(value, str):
            return NotImplemented
        return Domain.OR(Domain(name, operator, qaime_number(value)) for name in self._vatportal_qaime_fields())

    @api.model
    def _vatportal_qaime_fields(self):
        """The fields in which a number stands."""
        return ('vatportal_qaime',)

    # ------------------------------------------------------------------ status

    @api.depends('vatportal_state', 'vatportal_document_id.shown_status', 'company_id', 'state')
    def _compute_vatportal_shown_status(self):
        for record in self:
            shown = record.sudo()._vatportal_status_document().shown_status or (record._vatportal_is_unsent() and 'none')
            record.vatportal_shown_status = 'pin' if record.vatportal_state == 'pin' else shown

    def _vatportal_is_unsent(self):
        """Whether this record, which has no document, is one that its company sends. Of all others there is nothing to tell."""
        return bool(self.env['vatportal.connector']._default_for(self.company_id)) and self._vatportal_is_issued_here()

    def _vatportal_is_issued_here(self):
        """Whether the company itself issues this record at e-taxes."""
        return self._vatportal_can_be_sent()

    @api.model
    def _vatportal_show_unsent(self, companies):
        """``companies`` have got their first connector, or lost their last: say of what has no document that it is not sent
        yet, or nothing. In the database, for it may be all that a company has ever sold, and somebody waits at the form."""
        sending = companies.filtered(self.env['vatportal.connector'].with_context(active_test=True)._default_for)
        lone = Domain('vatportal_document_id', '=', False)
        told, untold = lone & Domain('vatportal_shown_status', '=', 'none'), lone & Domain('vatportal_shown_status', '=', False)
        self._vatportal_write_shown(told & Domain('company_id', 'in', (companies - sending).ids), None)
        self._vatportal_write_shown(self._vatportal_unsent_domain(untold & Domain('company_id', 'in', sending.ids)), 'none')

    @api.model
    def _vatportal_write_shown(self, domain, status):
        """Let lists show ``status`` of the records in ``domain``. Nothing else is computed of it."""
        query = self.sudo().with_context(active_test=False)._search(domain)
        self.env.execute_query(SQL('UPDATE %s SET vatportal_shown_status = %s WHERE id IN %s', SQL.identifier(self._table), status, query.subselect()))
        self.invalidate_model(['vatportal_shown_status'])

    @api.model
    def _vatportal_unsent_domain(self, domain):
        """The domain of those in ``domain``, of companies with a connector, of which :meth:`_vatportal_is_unsent` is true."""
        raise NotImplementedError

    def _vatportal_status_document(self):
        """The document whose status lists show of this record."""
        return self.vatportal_document_id

    # ------------------------------------------------------------------ buttons

    @api.model
    def _vatportal_readable(self, documents):
        """Those of ``documents`` that the user may read, to be compared with what is read as superuser. Whoever may read a record
        is told of its document and need not see that itself: a branch's may be its parent's. A button needs one that is seen."""
        return documents.sudo(False)._filtered_access('read').sudo()

    def _vatportal_usable(self, alerts):
        """``alerts`` with those of their buttons that the user can use: whoever may read documents may look at them."""
        sends = self.env.user.has_groups(self._vatportal_groups)
        useless = [name for name, alert in alerts.items() if 'action_call' in alert and not self._vatportal_is_usable(sends, *alert['action_call'])]
        plain = {name: {key: value for key, value in alerts[name].items() if key not in ('action_call', 'action_text')} for name in useless}
        return {**alerts, **plain}

    def _vatportal_is_usable(self, sends, model, method, ids):
        records = self.env[model].sudo().browse(ids)
        if method in _OF_DOCUMENT:
            records = records._vatportal_shown_document()
        elif model != 'vatportal.document':
            return sends
        return (sends or method in _LOOKS) and bool(self._vatportal_readable(records))

from odoo import api, models

from ..states import APPROVED_STATUSES, FINAL_STATUSES


class AccountJournal(models.Model):
    """Odoo's own buttons of a journal for electronic invoices, *Fetch* and *Refresh Status*, lead to e-taxes."""

    _inherit = 'account.journal'

    def _vatportal_connector(self):
        """The connector of the journal's company, or of the one under whose VÖEN it works; none where that is of a company
        in which the user is not at work."""
        Connector = self.env['vatportal.connector']
        for company in self.env['vatportal.document']._taxpayer_above(self.company_id)[::-1]:
            if connector := Connector._default_for(company):
                return connector._filtered_access('read')
        return Connector

    def _vatportal_shows(self, journal_type):
        """Those of these journals, of ``journal_type``, whose button the user may press."""
        if not self.env.user.has_group('account.group_account_invoice'):
            return self.browse()
        return self.filtered(lambda journal: journal.type == journal_type and journal._vatportal_connector())

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_show_fetch_in_einvoices_button(self):
        # EXTENDS account
        super()._compute_show_fetch_in_einvoices_button()
        self._vatportal_shows('purchase').show_fetch_in_einvoices_button = True

    @api.depends_context('uid', 'allowed_company_ids')
    def _compute_show_refresh_out_einvoices_status_button(self):
        # EXTENDS account
        super()._compute_show_refresh_out_einvoices_status_button()
        self._vatportal_shows('sale').show_refresh_out_einvoices_status_button = True

    def button_fetch_in_einvoices(self):
        """Open the import of what was received."""
        # EXTENDS account
        result = super().button_fetch_in_einvoices()
        connector = self._vatportal_shows('purchase')._vatportal_connector()
        if not connector:
            return result
        return {
            **self.env['ir.actions.act_window']._for_xml_id('l10n_az_vatportal.vatportal_import_wizard_action'),
            'context': {'default_company_id': connector.company_id.id, 'default_direction': 'incoming'},
        }

    def button_refresh_out_einvoices_status(self):
        """Ask for the status of the journal's invoices on which e-taxes has not had its last word."""
        # EXTENDS account
        result = super().button_refresh_out_einvoices_status()
        if not self._vatportal_shows('sale'):
            return result
        documents = self.env['vatportal.document'].search(
            [
                ('move_id.journal_id', 'in', self.ids),
                ('direction', '=', 'outgoing'),
                ('state', '=', 'registered'),
                '|',
                ('status', 'not in', (*APPROVED_STATUSES, *FINAL_STATUSES)),
                ('missing_since', '!=', False),
            ]
        )
        documents = documents.filtered('can_refresh')
        if documents:
            return documents.action_refresh_status()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {'type': 'info', 'message': self.env._('None of the invoices of this journal waits for an answer at e-taxes.')},
        }

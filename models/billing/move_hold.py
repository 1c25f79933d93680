from markupsafe import Markup

from odoo import fields, models

from ..states import SETTLED_STATUSES


class AccountMove(models.Model):
    """Nothing that came of a document is posted by itself while anything about it is open: *Auto-post bills* on the
    vendor, and entries that are to be posted at their date."""

    _inherit = 'account.move'

    def _vatportal_is_of_document(self):
        return bool(self.vatportal_bill_document_id or self.vatportal_file_document_id)

    def _vatportal_open_points(self):
        """What about this entry's document stands against posting it without a person: a list of texts."""
        _, document = self.env._, self.sudo().vatportal_bill_document_id
        if not document:
            document = self.sudo().vatportal_file_document_id
            return [document.bill_ask or _('It is not the bill of %s.', document.display_name)] if document else []
        texts = [document.bill_question] if document.bill_question else []
        if document.status not in SETTLED_STATUSES or document.state != 'registered':
            texts.append(_('The status of the document at e-taxes is: %s.', document.status_label or _('not known')))
        if document._is_missing():
            texts.append(document._missing_text())
        elsewhere = document._elsewhere_text()
        if elsewhere:
            texts.append(elsewhere)
        if not (document.date and document.qaime):
            texts.append(_('The day or the number of the document is not known yet.'))
        if document._is_day_corrected():
            texts.append(_('e-taxes: %s', document._day_text()))
        strange = document._strange_partner_text(self.commercial_partner_id)
        if strange:
            texts.append(_('e-taxes: %s', strange))
        if self._vatportal_total() != document._amount_to_pay() or document._vat_difference():
            texts.append(_('Total or VAT is not that of the document.'))
        return texts

    def _vatportal_warnings(self):
        return [alert['message'] for alert in self._get_alerts().values() if alert.get('level') in ('warning', 'danger')]

    def _vatportal_reasons_to_wait(self):
        """Why this entry may not be posted without a person: a list of texts, empty where nothing is open."""
        if not self._vatportal_is_of_document():
            return []
        return list(dict.fromkeys([*self._vatportal_open_points(), *self._vatportal_warnings()]))

    # ------------------------------------------------------------------ what posts by itself

    def _autopost_bill(self):
        # EXTENDS account
        reasons = self.with_context(vatportal_for_all=True)._vatportal_reasons_to_wait()
        if not reasons:
            return super()._autopost_bill()
        if self.company_id.autopost_bills and self.partner_id.autopost_bills == 'always':
            self._message_log(
                body=Markup('<p>%s</p><ul>%s</ul>')
                % (self.env._('This bill was not posted by itself:'), Markup().join(Markup('<li>%s</li>') % reason for reason in reasons))
            )
        return None

    def _autopost_draft_entries(self, batch_size=100):
        # EXTENDS account: what waits takes nobody's place among those that are looked at
        due = self.search(
            [
                ('state', '=', 'draft'),
                ('date', '<=', fields.Date.context_today(self)),
                ('auto_post', '!=', 'no'),
                '|',
                ('vatportal_bill_document_id', '!=', False),
                ('vatportal_file_document_id', '!=', False),
            ]
        )
        waiting = due.filtered(lambda move: move._vatportal_reasons_to_wait())
        return super(AccountMove, self.with_context(vatportal_unattended=True))._autopost_draft_entries(batch_size + len(waiting))

    def _vatportal_without_waiting(self):
        """These entries; where they are posted without a person, those that need not wait for one."""
        if not self.env.context.get('vatportal_unattended'):
            return self
        return self.filtered(lambda move: not move._vatportal_reasons_to_wait())

    # ------------------------------------------------------------------ banner

    def _vatportal_waiting_alerts(self):
        points = self._vatportal_open_points() if self.state == 'draft' and self.auto_post != 'no' else ()
        return {'vatportal_bill_waits': {'level': 'info', 'message': self.env._('e-taxes: it is not posted by itself. %s', ' '.join(points))}} if points else {}

from odoo import fields

from ..common import BUYER, SELLER
from ..restored_common import RestoredCommon


class DoubleCommon(RestoredCommon):
    """Qaimə entered at e-taxes by hand, and invoices in Odoo that may be the same."""

    def import_sent(self):
        jobs = self.env['vatportal.job']._queue_download(
            self.connector, ['outgoing'], fields.Date.to_date('2026-11-01'), fields.Date.to_date('2026-12-31'), 'portal'
        )
        for job in jobs:
            self.finish(job)

    def document(self, number):
        return self.env['vatportal.document'].search([('qaime', '=', number)])

    def problem(self, move):
        return [problem for problem in move._vatportal_problems(self.connector) if problem.get('candidate')]

    def ask(self, moves, move):
        """The question that the send wizard leads to."""
        alerts = self.wizard(moves).alerts
        (action,) = (alert['action'] for alert in alerts.values() if alert.get('action', {}).get('context', {}).get('default_move_id') == move.id)
        return self.env[action['res_model']].with_context(**action['context']).create({})

    def doubled(self):
        """An invoice that was sent, and what somebody entered by hand beside it."""
        move = self.create_invoice()
        self.press(move)
        number = self.entered(day=fields.Date.today())
        self.import_sent()
        return move, move.vatportal_document_id, self.document(number)

    def activities(self, record, kind):
        return record.sudo().activity_search([kind])

    def branch(self, **vals):
        branch = self.env['res.company'].create(
            {'name': f'Xəzər Ticarət, Gəncə {len(self.company.child_ids)}', 'parent_id': self.company.id, 'country_id': self.company.country_id.id, **vals}
        )
        self.env.user.company_ids += branch
        self.partner.with_company(branch).property_account_receivable_id = self.partner.property_account_receivable_id
        return branch

    def stored(self, number, company, **vals):
        """A document as an import through the connector of ``company`` stores it, or as it was sent from there."""
        document = (
            self.env['vatportal.document']
            .sudo()
            .create(
                {
                    'direction': 'outgoing',
                    'company_id': company.id,
                    'state': 'registered',
                    'qaime': number,
                    'seller_vat': SELLER,
                    'buyer_vat': BUYER,
                    'amount_total': 118,
                    'status': 'approved',
                    'date': '2026-11-20 06:00:00',
                    'kind_id': self.env.ref('l10n_az_vatportal.kind_default_invoice').id,
                    **vals,
                }
            )
        )
        self.env['vatportal.document']._on_imported(document, document.browse())
        return document

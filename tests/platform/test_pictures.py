from datetime import timedelta

from odoo import fields
from odoo.tools.safe_eval import safe_eval

from ..bill_common import BillCommon


class TestPictures(BillCommon):
    """What the pictures under Reporting count."""

    def action(self, name):
        return self.env['ir.actions.actions']._for_xml_id(f'l10n_az_vatportal.vatportal_report_action_{name}')

    def sums(self, name, *groups):
        """What the picture adds up of this company's documents, as its view asks for it: list of dicts."""
        domain = [*safe_eval(self.action(name)['domain']), ('company_id', '=', self.company.id)]
        return self.env['vatportal.document'].formatted_read_group(domain, list(groups), ['__count', 'amount_total_signed:sum', 'days_to_approve:avg'])

    def test_volumes_are_what_stands(self):
        for direction, name in (('outgoing', 'sent'), ('incoming', 'received')):
            with self.subTest(direction=direction):
                before = self.sums(name)[0]
                self.document(100.0, direction=direction)
                self.document(50.0, direction=direction, kind='returnInvoice')
                self.document(1000.0, direction=direction, status='canceled')
                self.document(1000.0, direction=direction, is_foreign=True)
                self.document(1000.0, direction=direction, state='deleted')
                self.document(1000.0, direction='incoming' if direction == 'outgoing' else 'outgoing')
                if direction == 'outgoing':
                    self.document(1000.0, direction=direction, state='rejected', qaime=False, erp_id='ODOO-1', reject_reason='pin')
                after = self.sums(name)[0]
                self.assertEqual(after['__count'] - before['__count'], 2)
                self.assertAlmostEqual((after['amount_total_signed:sum'] or 0) - (before['amount_total_signed:sum'] or 0), 59.0)

    def waiting(self, days, **vals):
        """A document that was made ``days`` ago and waits."""
        return self.document(status='onApproval', date=fields.Datetime.now() - timedelta(days=days), **vals).sudo()

    def test_days_until_approval(self):
        quick, slow = self.waiting(1), self.waiting(3, direction='outgoing')
        self.assertFalse((quick + slow).filtered('approved_at'))
        quick.status = 'approved'
        slow.status = 'approvedBySystem'
        self.assertEqual([round(document.days_to_approve, 1) for document in quick + slow], [1.0, 3.0])
        moment = slow.approved_at
        slow.status = 'canceled'
        self.assertEqual(slow.approved_at, moment, 'it was approved, whatever became of it later')
        [row] = self.sums('approval')
        self.assertEqual((row['__count'], round(row['days_to_approve:avg'], 1)), (2, 2.0))

    def test_what_was_approved_before_anybody_looked_says_nothing(self):
        seen = self.document(status='approved', date=fields.Datetime.now() - timedelta(days=90)).sudo()
        back = self.document(status='canceled').sudo()
        back.status = 'approved'
        self.assertFalse((seen + back).filtered('approved_at'))
        self.assertFalse(self.sums('approval')[0]['__count'])

    def test_it_is_corrected_and_approved(self):
        document = self.waiting(4)
        document.status = 'updateRequested'
        document.status = 'onApprovalEdited'
        self.assertFalse(document.approved_at)
        document.status = 'updateApproval'
        self.assertEqual(round(document.days_to_approve, 1), 4.0)

    def test_causes_are_counted(self):
        for number, reason in enumerate(('pin', 'pin', 'refused')):
            self.document(direction='outgoing', state='rejected', qaime=False, erp_id=f'ODOO-{number}', reject_reason=reason)
        self.document(direction='outgoing')
        counts = {row['reject_reason']: row['__count'] for row in self.sums('refusal', 'reject_reason')}
        self.assertEqual(counts, {'pin': 2, 'refused': 1})

    def test_no_sum_of_money_where_attempts_are_counted(self):
        for name in ('approval', 'refusal'):
            for kind in ('graph', 'pivot'):
                arch = self.env.ref(f'l10n_az_vatportal.vatportal_document_view_{kind}_{name}').arch
                self.assertEqual(arch.count('_signed" invisible="1"'), 3)

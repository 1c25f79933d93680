from unittest.mock import patch

from odoo.exceptions import ConcurrencyError
from odoo.service.model import retrying

from ..race_common import CODE, PARTNER, RaceCommon

PEOPLE, DOCUMENTS = 3, 4


class TestBillRace(RaceCommon):
    """Several people press "Create Bills" at the same moment, of documents of a vendor whom nobody knows yet."""

    def build(self, env):
        super().build(env)
        env = self.at(env)
        self.document_ids = env['vatportal.document'].create([self.received(env, number) for number in range(DOCUMENTS)]).ids

    def clean_up(self):
        super().clean_up()
        with self.registry.cursor() as cr:
            cr.execute('DELETE FROM vatportal_new_vendor WHERE number = %s', [PARTNER])

    def press(self, ids):
        """The button, for these documents; how it went is whether the bills are shown."""

        def press(env):
            documents = env['vatportal.document'].browse(ids)
            documents.mapped('bill_state')
            action = documents.action_create_bills()
            # What a colleague has made is said first.
            return action.get('params', {}).get('next', action)['res_model'] == 'account.move'

        return press

    def assert_well(self, outcomes):
        self.assertEqual([result for result, _tries in outcomes], [True] * len(outcomes), 'everybody is shown the bills')

    def test_one_bill_each(self):
        for count in (1, DOCUMENTS):
            with self.subTest(documents=count):
                self.assert_well(self.race(*[self.press(self.document_ids[:count])] * PEOPLE))
                with self.look_up() as env:
                    documents = env['vatportal.document'].browse(self.document_ids[:count])
                    bills = env['account.move'].search([('company_id', '=', self.company_id)])
                    self.assertEqual(len(bills), count)
                    self.assertEqual(documents.move_id, bills)
                    self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
                    self.assertFalse(any(documents.mapped('bill_question')))
                    self.assertEqual(len(env['res.partner'].search([('vat', '=', PARTNER)])), 1)

    def test_a_new_vendor_is_made_once(self):
        """Two documents of the new vendor, each billed by somebody."""
        self.assert_well(self.race(self.press(self.document_ids[:1]), self.press(self.document_ids[1:2])))
        with self.look_up() as env:
            documents = env['vatportal.document'].browse(self.document_ids[:2])
            self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
            self.assertEqual(len(env['res.partner'].search([('vat', '=', PARTNER)])), 1)
            self.assertEqual(len(documents.move_id.partner_id), 1)

    def test_the_same_goods_are_learnt_once(self):
        """Two bills of one vendor, of the same goods: both confirmed, or corrected, at the same moment."""
        with self.look_up() as env:
            bill_ids = env['vatportal.document'].browse(self.document_ids[:2])._make_bills().ids
            product = env['product.product'].create({'name': 'Race goods', 'vatportal_code': CODE})
        correct = [lambda env, bill=bill: env['account.move'].browse(bill).invoice_line_ids.write({'product_id': product.id}) for bill in bill_ids]
        confirm = [lambda env, bill=bill: bool(env['account.move'].browse(bill).action_post()) for bill in bill_ids]
        for actions in (correct, confirm):
            with self.look_up() as env:
                env['vatportal.product.mapping'].search([('company_id', '=', self.company_id)]).unlink()
            outcomes = [result for result, _tries in self.race(*actions)]
            self.assertFalse([result for result in outcomes if isinstance(result, Exception)])
            with self.look_up() as env:
                known = env['vatportal.product.mapping'].search([('company_id', '=', self.company_id)])
                self.assertEqual((known.name, known.product_id.id), ('Sement', product.id))
        with self.look_up() as env:
            self.assertEqual(set(env['account.move'].browse(bill_ids).mapped('state')), {'posted'})

    def test_whoever_was_at_it_gives_up(self):
        """No question is left behind when the other one makes no bill after all."""
        document_id, tries, errors = self.document_ids[0], [], []
        with self.registry.cursor() as other, self.look_up() as env:
            other.execute('SELECT id FROM vatportal_document WHERE id = %s FOR UPDATE', [document_id])
            # Whoever waits for the row in earnest, to write a question there, would wait for ever.
            env.cr.execute("SET lock_timeout = '5s'")

            def step():
                if tries:
                    other.rollback()
                tries.append(1)
                try:
                    return env['vatportal.document'].browse(document_id).action_create_bills()
                except Exception as error:
                    errors.append(type(error))
                    raise

            self.assertEqual(retrying(step, env)['res_model'], 'account.move')
        self.assertEqual((len(tries), errors), (2, [ConcurrencyError]))
        with self.look_up() as env:
            document = env['vatportal.document'].browse(document_id)
            self.assertEqual((document.bill_state, document.bill_question), ('billed', False))

    def test_a_document_in_use_does_not_keep_the_scheduled_action(self):
        """The batches beside it are made; it is left to the next run, which is soon."""
        with self.look_up() as env:
            env['vatportal.document'].browse(self.document_ids)._request_bills()
        with self.registry.cursor() as other, self.look_up() as env, patch('odoo.addons.l10n_az_vatportal.models.billing.cron.BATCH', 1):
            other.execute('SELECT id FROM vatportal_document WHERE id = %s FOR UPDATE', [self.document_ids[1]])
            cron = env.ref('l10n_az_vatportal.cron_bill')
            env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
            env['vatportal.document']._cron_make_bills()
            documents = env['vatportal.document'].browse(self.document_ids)
            self.assertEqual(documents.mapped('bill_state'), ['billed', 'to_bill', 'billed', 'billed'])
            self.assertEqual((documents[1].bill_requested, documents[1].bill_question), (True, False))
            self.assertTrue(env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]))
            other.rollback()
            env['vatportal.document']._cron_make_bills()
            self.assertEqual(set(documents.mapped('bill_state')), {'billed'})
            self.assertFalse(any(documents.mapped('bill_requested')))

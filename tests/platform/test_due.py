from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ..common import script
from ..due_common import TODAY, TRACKED, DueCommon


class TestDue(DueCommon):
    """Until when invoices have to be at e-taxes."""

    def assertDue(self, move, day, rule=None):
        self.assertEqual((move.vatportal_due_date or None, move.vatportal_deadline_id), (day, self.rule(rule) if rule else self.env['vatportal.deadline']))

    def test_what_is_due_when(self):
        """Goods, services and both, from the delivery on where there is one; the strictest counts."""
        service, consulting = {'product_id': self.service.id}, self.create_product('Məsləhət', False, type='service')
        for lines, vals, day, rule in (
            ([{}], {}, TODAY, 'deadline_goods'),
            ([{}], {'delivery_date': '2026-11-17'}, date(2026, 11, 17), 'deadline_goods'),
            ([{}], {'delivery_date': '2026-12-01'}, date(2026, 12, 1), 'deadline_goods'),
            ([service], {}, date(2026, 11, 25), 'deadline_service'),
            ([{'product_id': consulting.id}], {}, date(2026, 11, 25), 'deadline_service'),
            ([service, {}], {}, TODAY, 'deadline_goods'),
            ([{'product_id': False, 'name': 'Ad hoc'}], {}, TODAY, 'deadline_goods'),
            ([service], {'invoice_date': '2026-12-29', 'delivery_date': False}, date(2027, 1, 3), 'deadline_service'),
        ):
            with self.subTest(lines=lines, **vals):
                self.assertDue(self.create_invoice(*lines, **vals), day, rule)

    def test_drafts(self):
        """What was delivered is invoiced for Odoo, though nobody has confirmed it."""
        self.assertDue(self.create_invoice(post=False), None)
        draft = self.create_invoice(post=False, delivery_date='2026-11-18')
        self.assertDue(draft, date(2026, 11, 18), 'deadline_goods')
        draft.button_cancel()
        self.assertDue(draft, None)

    def test_advances_returns_adjustments(self):
        advance = self.create_invoice(vatportal_kind_id=self.kind('advanceInvoice').id, invoice_date='2026-11-18')
        self.assertDue(advance, date(2026, 11, 18), 'deadline_advance')
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=advance.ids).create(
            {'payment_date': '2026-11-16', 'amount': 50}
        )._create_payments()
        self.assertDue(advance, advance.vatportal_advance_day, 'deadline_advance')
        refund = self.create_invoice(move_type='in_refund')
        self.assertDue(refund, date(2026, 11, 23), 'deadline_return')
        self.assertDue(self.create_invoice(move_type='out_refund'), None)
        adjusted = self.create_invoice(move_type='out_refund', vatportal_kind_id=self.kind('taxCodex163').id)
        self.assertDue(adjusted, date(2026, 11, 23), 'deadline_return')
        # Nothing is left to be taken back of what is gone at e-taxes.
        sold, bill = self.create_invoice(), self.bill(100.0)
        bill.action_post()
        sent = self.document(direction='outgoing', move_id=sold.id)
        for move, document, kind in ((sold, sent, 'taxCodex163'), (bill, bill.vatportal_bill_document_id, 'returnInvoice')):
            credit = move._reverse_moves([{'invoice_date': TODAY, 'date': TODAY, 'vatportal_kind_id': self.kind(kind).id}])
            credit.action_post()
            self.assertDue(credit, date(2026, 11, 23), 'deadline_return')
            document.sudo().status = 'canceled'
            self.assertDue(credit, None)

    def test_what_never_goes(self):
        person = self.env['res.partner'].create({'name': 'Aygün', 'country_id': self.env.ref('base.az').id})
        abroad = self.env['res.partner'].create({'name': 'Tbilisi LLC', 'is_company': True, 'country_id': self.env.ref('base.ge').id})
        foreign = self.create_invoice(partner_id=abroad.id)
        for move in (
            foreign,
            self.create_invoice(partner_id=person.id),
            self.create_invoice(invoice_date='2026-09-30'),
            self.create_invoice(move_type='in_invoice'),
            self.create_invoice({'price_unit': 0}),
        ):
            self.assertDue(move, None)
        abroad.vatportal_voen = '1700321031'
        self.assertDue(foreign, TODAY, 'deadline_goods')
        abroad.vatportal_voen = False
        self.assertDue(foreign, None)
        desk, tasks = self.env['vatportal.desk'], {task.key: task for task in self.env['vatportal.desk']._tasks()}
        known = self.env['res.partner'].create([{'name': vat, 'is_company': True, 'vat': vat, 'country_id': False} for vat in ('GE123456789', 'AZ1700321031')])
        sold = [self.create_invoice(partner_id=partner.id) for partner in known]
        self.assertEqual([move.vatportal_due_date for move in sold], [False, TODAY], 'the Tax ID tells')
        abroad.vatportal_voen = '1700321031'
        self.assertEqual(self.env['account.move'].search(desk._domain(tasks['to_send'])) & (sold[0] + sold[1] + foreign), sold[1] + foreign)
        abroad.vatportal_voen = False
        move = self.create_invoice()
        self.cr.flush()  # what is written with the creation is no change
        move.with_context(**TRACKED).vatportal_unsent_reason = 'Sent from the old program'
        self.assertDue(move, None)
        self.cr.flush()
        self.assertIn('Sent from the old program', str(move.sudo().message_ids.tracking_value_ids.mapped('new_value_char')))
        [problem] = [problem for problem in move._vatportal_problems(self.connector) if problem['level'] == 'error']
        self.assertEqual(problem['field'], 'Not Sent Because')
        self.assertIn('“Sent from the old program”', problem['message'])
        self.assertFalse(self.env['account.move.send']._is_vatportal_offered(move))
        move.vatportal_unsent_reason = False
        self.assertDue(move, TODAY, 'deadline_goods')
        reversal = self.env['account.move.reversal'].with_context(active_model='account.move', active_ids=move.ids).create({'journal_id': move.journal_id.id})
        self.env['account.move'].browse(reversal.reverse_moves()['res_id']).action_post()
        self.assertDue(move, None if move.payment_state == 'reversed' else TODAY, None if move.payment_state == 'reversed' else 'deadline_goods')

    def test_from_the_queue_to_the_number_and_back(self):
        """It is due until it has its number; sent back, it is due for its correction; deleted, it is due again."""
        move = self.create_invoice()
        self.remind()
        self.assertTrue(self.told(move))
        job = self.send(move)
        self.assertDue(move, TODAY, 'deadline_goods')
        self.finish(job)
        self.assertDue(move, None)
        self.assertFalse(self.told(move), 'done in time')
        document = move.vatportal_document_id.sudo()
        document.date = '2026-11-20 08:00:00'
        document.status = 'updateRequested'
        self.assertDue(move, date(2026, 12, 20), 'deadline_correction')
        document.status = 'approved'
        self.assertDue(move, None)
        document._set_state('deleted')
        self.assertDue(move, TODAY, 'deadline_goods')

    def test_late_without_any_scheduled_action(self):
        """A second after midnight in Baku it is late: in lists, counts and texts, though nothing has run."""
        move = self.create_invoice()
        Move, desk = self.env['account.move'], self.env['vatportal.desk']
        for moment, state, text in (
            (datetime(2026, 11, 17, 19, 59), 'later', 'Due on 11/20/2026, until midnight in Baku.'),
            (datetime(2026, 11, 17, 20, 0), 'soon', 'Due on 11/20/2026, until midnight in Baku.'),
            (datetime(2026, 11, 20, 19, 59, 59), 'today', 'Due today, until midnight in Baku.'),
            (datetime(2026, 11, 20, 20, 0), 'late', 'Late since 11/21/2026; days late: 1.'),
            (datetime(2027, 1, 2, 8, 0), 'late', 'Late since 11/21/2026; days late: 43.'),
        ):
            with self.subTest(moment=moment):
                self.at(moment)
                self.assertEqual((move.vatportal_due_state, move.vatportal_due_text), (state, text))
                for each in ('late', 'today', 'soon', 'later'):
                    self.assertEqual(move in Move.search([('vatportal_due_state', '=', each)]), each == state, each)
                self.assertEqual(move in Move.search([('vatportal_due_state', '!=', state)]), False)
                self.assertEqual(move in Move.search([('vatportal_due_state', '=', False)]), False)
                counts = {task['key']: task['count'] for task in desk.get_tasks()['sale']}
                self.assertEqual((counts['late'], counts['due']), {'late': (1, 0), 'today': (0, 1), 'soon': (0, 1)}.get(state, (0, 0)))

    def test_when_rules_change(self):
        """Stored days follow: other days, an archive, a rule of the company's own or for a kind, holidays; and the connector's."""
        move, kind = self.create_invoice(), self.kind('defaultInvoice')
        goods = self.rule('deadline_goods')
        goods.active = False
        self.assertDue(move, None)
        self.rule('deadline_goods_five').active = True
        self.assertDue(move, date(2026, 11, 25), 'deadline_goods_five')
        goods.active = True
        self.assertDue(move, TODAY, 'deadline_goods')
        own = goods.copy({'company_id': self.company.id, 'days': 3, 'count': 'working'})
        self.assertEqual((move.vatportal_due_date, move.vatportal_deadline_id), (date(2026, 11, 25), own), 'our own counts, strict or not')
        holiday = self.env['resource.calendar.leaves'].create(
            {'name': 'Holiday', 'company_id': self.company.id, 'date_from': '2026-11-23 20:00:00', 'date_to': '2026-11-24 19:59:59'}
        )
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 26))
        holiday.date_from = '2026-11-22 20:00:00'
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 27))
        holiday.unlink()
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 25))
        goods.copy({'kind_ids': [Command.set(kind.ids)], 'company_id': self.company.id, 'days': 9})
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 29), 'that for its kind')
        own.valid_to = '2026-11-19'
        self.env['vatportal.deadline'].search([('kind_ids', '!=', False)]).active = False
        self.assertDue(move, TODAY, 'deadline_goods')
        self.connector.active = False
        self.assertDue(move, None)
        self.connector.active = True
        self.assertDue(move, TODAY, 'deadline_goods')

    def test_when_products_change(self):
        """Whether it is a service is told by the product's code, its category's or one above, else by its type."""
        above = self.env['product.category'].create({'name': 'Hamısı'})
        category = self.env['product.category'].create({'name': 'Usta', 'parent_id': above.id})
        works = self.env['product.category'].create({'name': 'İşlər', 'vatportal_code': '9900000000'})
        product = self.create_product('Quraşdırma', False, type='consu', categ_id=category.id)
        move, other = self.create_invoice({'product_id': product.id}), self.create_invoice()
        due = {'goods': (TODAY, 'deadline_goods'), 'service': (date(2026, 11, 25), 'deadline_service')}
        for record, vals, what in (
            (product, {'type': 'service'}, 'service'),
            (product, {'vatportal_code': '2523290000'}, 'goods'),
            (product.product_tmpl_id, {'vatportal_code': '9900000000'}, 'service'),
            (product, {'vatportal_code': False, 'type': 'consu'}, 'goods'),
            (category, {'vatportal_code': '9900000000'}, 'service'),
            (category, {'vatportal_code': False}, 'goods'),
            (above, {'vatportal_code': '9900000000'}, 'service'),
            (category, {'parent_id': False}, 'goods'),
            (category, {'parent_id': above.id}, 'service'),
            (above, {'vatportal_code': '2523290000'}, 'goods'),
            (product, {'categ_id': works.id}, 'service'),
            (product, {'categ_id': category.id}, 'goods'),
        ):
            with self.subTest(record=record, **vals):
                record.write(vals)
                self.assertDue(move, *due[what])
        self.assertDue(other, *due['goods'])
        renewed = self.statements(lambda: (self.env.flush_all(), product.write({'vatportal_code': '2523290001', 'type': 'service'}), self.env.flush_all()))
        self.assertFalse([text for text in renewed if 'account_move' in text], 'what stays goods is not walked through')

    def test_when_working_hours_change(self):
        """Working days are those of the company's hours."""
        self.rule('deadline_goods').write({'days': 2, 'count': 'working'})
        move = self.create_invoice()
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 24))
        week = self.company.resource_calendar_id
        saturday = {'name': 'Saturday', 'dayofweek': '5', 'hour_from': 9, 'hour_to': 13, 'day_period': 'morning'}
        six = week.copy({'attendance_ids': [Command.clear(), *(Command.create({**saturday, 'dayofweek': str(day)}) for day in range(6))]})
        self.company.resource_calendar_id = six
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 23))
        six.attendance_ids.filtered(lambda hours: hours.dayofweek == '5').dayofweek = '6'
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 23), 'Sunday instead')
        six.attendance_ids.filtered(lambda hours: hours.dayofweek in ('6', '0')).unlink()
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 25))
        six.attendance_ids = [Command.create(saturday)]
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 24))
        self.company.resource_calendar_id = week
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 24))
        self.company.resource_calendar_id = False
        self.assertEqual(move.vatportal_due_date, date(2026, 11, 24), 'Monday to Friday')

    def test_many_are_renewed_by_batches(self):
        moves = self.env['account.move'].union(*(self.create_invoice() for _each in range(4)))
        self.finish(self.send(moves[0]))
        walked = self.statements(lambda: self.rule('deadline_goods').write({'days': 2}))
        self.assertEqual(moves.mapped('vatportal_due_date'), [False] + [date(2026, 11, 22)] * 3)
        self.assertEqual(len([text for text in walked if text.startswith('UPDATE "account_move"')]), 1)

    def test_a_person_is_told_once_in_their_language(self):
        self.env['res.lang']._activate_lang('ru_RU')
        clerk = new_test_user(self.env, 'due-clerk', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids, lang='ru_RU')
        service = [{'product_id': self.service.id}]
        soon, later = self.create_invoice(*service, invoice_user_id=clerk.id), self.create_invoice(*service, invoice_date='2026-11-22')
        old = self.create_invoice(invoice_date='2026-11-02')
        self.at(datetime(2026, 11, 23, 8))
        self.remind()
        self.assertFalse(self.told(soon))
        self.at(datetime(2026, 11, 24, 8))
        self.remind()
        self.remind()
        activity = self.told(soon)
        self.assertEqual((activity.user_id, activity.date_deadline), (clerk, date(2026, 11, 25)))
        self.assertIn('25.11.2026', activity.summary, 'as it is written in the language of the reader')
        self.assertFalse(self.told(later) + self.told(old))
        activity.action_feedback(feedback='I know')
        self.remind()
        self.assertFalse(self.told(soon), 'once')

    def test_who_may_change_rules(self):
        clerk = new_test_user(self.env, 'due-reader', 'account.group_account_invoice', company_id=self.company.id, company_ids=self.company.ids)
        rule = self.rule('deadline_goods').with_user(clerk)
        self.assertTrue(rule.name)
        for change in (lambda: rule.write({'days': 9}), rule.unlink, lambda: self.rule('deadline_goods').with_user(self.env.ref('base.user_admin')).unlink()):
            with self.assertRaises(AccessError):
                change()

    def test_migration(self):
        """The days of an older database: computed for what can be due alone, everything else is not walked through."""
        move, sent = self.create_invoice(), self.create_invoice()
        self.finish(self.send(sent))
        waiting = self.document(status='onApproval', status_code='onApproval')
        self.env.flush_all()
        self.env.cr.execute('ALTER TABLE account_move DROP COLUMN vatportal_due_date, DROP COLUMN vatportal_deadline_id')
        self.env.cr.execute('ALTER TABLE vatportal_document DROP COLUMN vatportal_due_date, DROP COLUMN vatportal_deadline_id, DROP COLUMN waiting_since')
        script('19.0.1.7.0/pre-due.py').migrate(self.env.cr, '19.0.1.6.0')
        self.env.invalidate_all()
        self.assertEqual(waiting.waiting_since, waiting.date)
        self.migrate_due()
        self.assertDue(move, TODAY, 'deadline_goods')
        self.assertDue(sent, None)
        self.assertEqual(waiting.vatportal_due_date, TODAY + timedelta(days=5))

    def migrate_due(self):
        script('19.0.1.7.0/post-due.py').migrate(self.env.cr, '19.0.1.6.0')
        self.env.invalidate_all()

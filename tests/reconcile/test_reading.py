from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import UserError

from .reconcile_common import ReconcileCommon


@freeze_time('2026-11-25 08:00:00')
class TestReading(ReconcileCommon):
    """It is told how fresh the reconciliation is: what days of each folder were read, and when."""

    def reading(self, first, last, finished='2026-11-25 07:00:00', direction='incoming', **vals):
        """An import of those days that came to its end."""
        return (
            self.env['vatportal.job']
            .sudo()
            .create(
                {
                    'operation': 'download',
                    'connector_id': self.connector.id,
                    'direction': direction,
                    'source': 'portal',
                    'date_from': f'2026-11-{first:02}',
                    'date_to': f'2026-11-{last:02}',
                    'state': 'done',
                    'phase': 'end',
                    'started_at': finished,
                    'finished_at': finished,
                    **vals,
                }
            )
        )

    def states(self, direction='incoming'):
        """Day of November → state."""
        self.env.flush_all()
        self.env.invalidate_all()
        days = self.env['vatportal.reading'].search([('company_id', '=', self.company.id), ('direction', '=', direction), ('date', '>=', '2026-11-01')])
        return {day.date.day: day.state for day in days}

    def test_days(self):
        self.reading(1, 5, finished='2026-11-05 12:00:00')
        self.reading(3, 4, finished='2026-11-20 12:00:00', source='etaxes')
        states = self.states()
        self.assertEqual([states[day] for day in (1, 4, 5, 6, 25)], ['complete', 'complete', 'running', 'never', 'never'])
        self.assertNotIn(26, states, 'it is yet to come')
        self.assertEqual(set(self.states('outgoing').values()), {'never'})
        day = self.env['vatportal.reading'].search([('date', '=', '2026-11-03'), ('direction', '=', 'incoming')])
        self.assertEqual((day.read_at, day.source, day.connector_id), (datetime(2026, 11, 20, 12), 'etaxes', self.connector))
        first = self.env['vatportal.reading'].search([], order='date', limit=1)
        self.assertEqual(first.date, date(2026, 10, 1), 'since the connector was set up')

    def test_begun_before_midnight(self):
        """A day is read once an import of it began after it, in Baku: what was issued while one was running may be in no page of it."""
        for place, (started, finished, state) in enumerate(
            (
                ('2026-11-10 19:50:00', '2026-11-10 19:59:59', 'running'),
                ('2026-11-10 19:59:59', '2026-11-10 20:30:00', 'running'),
                ('2026-11-10 20:00:00', '2026-11-10 20:01:00', 'complete'),
                # One that began before ended later.
                ('2026-11-10 19:00:00', '2026-11-11 10:00:00', 'complete'),
            )
        ):
            self.reading(10, 10, started_at=started, finished=finished)
            self.assertEqual(self.states()[10], state, place)

    def test_what_tells_nothing(self):
        """What failed, left something out, was not of one moment, or was about single documents."""
        for vals in (
            {'state': 'failed'},
            {'state': 'running', 'phase': 'read'},
            {'has_gaps': True},
            {'bad_count': 1},
            {'filters': {'inc_kinds': ['advanceInvoice']}},
            {'asked_document_ids': [(6, 0, self.document().ids)]},
            {'operation': 'upload'},
        ):
            with self.subTest(vals):
                self.reading(1, 25, **vals)
                self.assertEqual(set(self.states().values()), {'never'})
        self.reading(25, 25, filters={})
        self.assertEqual(self.states()[25], 'running')

    def test_a_real_import(self):
        """What was read in the portal is told of its days."""
        job = self.env['vatportal.job']._queue_download(self.connector, ['incoming'], date(2026, 11, 10), date(2026, 11, 12), 'portal')
        self.finish(job)
        self.assertEqual([day for day, state in sorted(self.states().items()) if state == 'complete'], [10, 11, 12])

    def test_button(self):
        days = self.env['vatportal.reading'].search([('date', '>=', '2026-11-20'), ('direction', '=', 'incoming')])
        action = days.action_read()
        wizard = self.env[action['res_model']].with_context(**action['context']).create({})
        self.assertEqual(
            (wizard.connector_id, wizard.direction, wizard.date_from, wizard.date_to), (self.connector, 'incoming', date(2026, 11, 20), date(2026, 11, 25))
        )
        both = self.env['vatportal.reading'].search([('date', '=', '2026-11-20')]).action_read()
        self.assertEqual(both['context']['default_direction'], 'both')

    def test_of_several_companies(self):
        """Each taxpayer is read by itself; a branch for which its parent reads is none."""
        other = self.setup_other_company()['company']
        self.connector.copy({'company_id': other.id, 'token': 'other-token'})
        self.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-10-05' WHERE company_id = %s", [other.id])
        self.env.invalidate_all()
        branch = self.env['res.company'].create({'name': 'Xəzər Gəncə', 'parent_id': self.company.id, 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids += branch
        Reading = self.env['vatportal.reading'].with_context(allowed_company_ids=(self.company + other + branch).ids)
        days = Reading.search([('date', '=', '2026-11-20')])
        self.assertEqual(days.company_id, self.company + other)
        with self.assertRaisesRegex(UserError, 'one company'):
            days.action_read()
        self.vendor.with_company(branch).property_account_payable_id = self.vendor.property_account_payable_id
        moves = self.purchase_entry()
        for company in (branch, other):
            if company == other:
                payable = self.env['account.account'].search([('company_ids', 'in', other.ids), ('account_type', '=', 'liability_payable')], limit=1)
                self.vendor.with_company(other).property_account_payable_id = payable
            moves += self.create_invoice(
                {'product_id': False, 'name': 'Sement', 'tax_ids': False}, move_type='in_invoice', partner_id=self.vendor.id, company_id=company.id
            )
        self.env.flush_all()
        rows = self.env['vatportal.reconciliation'].with_context(allowed_company_ids=(self.company + other + branch).ids)
        rows = rows.search([('move_id', 'in', moves.ids)])
        self.assertEqual(rows.mapped('next_step'), ['import'] * 3)
        with self.assertRaisesRegex(UserError, 'one company'):
            rows.action_next()
        self.assertEqual(rows.filtered(lambda row: row.company_id != other).action_next()['context']['default_company_id'], self.company.id)
        self.assertEqual(rows.filtered(lambda row: row.company_id == other).action_next()['context']['default_company_id'], other.id)

    def test_on_the_rows(self):
        self.reading(1, 24, direction='outgoing')
        sale, bill = self.sale(), self.purchase_entry()
        self.assertEqual((self.rows(sale).read_at, self.rows(bill).read_at), (datetime(2026, 11, 25, 7), False))

    def test_the_day_of_the_qaime(self):
        """Where an entry is booked later, the day on which its qaimə is, or would be, tells how fresh it is."""
        self.reading(1, 5)
        alone, billed = self.purchase_entry(invoice_date='2026-11-03', date='2026-11-20'), self.purchase_entry(invoice_date='2026-11-10', date='2026-11-20')
        self.at_etaxes(billed, date='2026-11-04 10:00:00')
        for move in (alone, billed):
            self.assertEqual(self.rows(move).read_at, datetime(2026, 11, 25, 7))

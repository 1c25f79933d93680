from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import BUYER, OTHER_BUYER
from ..send_common import SendCommon


class TestCheck(SendCommon):
    """What stands between an invoice and e-taxes, told before the portal is asked: each problem in the accountant's
    words, with the field and the record to mend."""

    def problems(self, moves, connector=None):
        return moves._vatportal_problems(self.connector if connector is None else connector)

    def assertProblem(self, move, text, field, record, level='error', connector=None):
        """``move`` has exactly the one problem described."""
        [problem] = self.problems(move, connector)
        self.assertIn(text, problem['message'])
        self.assertEqual((problem['field'], problem['level'], problem['move_id']), (field, level, move.id))
        self.assertEqual((problem['res_model'], problem['res_id']), (record._name, record.id))
        return problem

    def test_good_invoice_has_none(self):
        self.assertEqual(self.problems(self.create_invoice()), [])

    # ------------------------------------------------------------------ the invoice

    def test_state(self):
        draft = self.create_invoice(post=False)
        self.assertProblem(draft, 'Confirm it first', 'Status', draft)
        draft.button_cancel()
        self.assertProblem(draft, 'cancelled', 'Status', draft)

    def test_sent_already(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        self.assertProblem(move, 'has not ended', 'Status', move.vatportal_document_id)
        self.sandbox.configure(auto_confirm=True)
        self.finish(job)
        self.assertProblem(move, move.vatportal_qaime, 'Status', move.vatportal_document_id)

    def test_no_connector(self):
        move = self.create_invoice()
        self.assertProblem(move, 'has no VatPortal connector', 'Connector', self.company, connector=self.env['vatportal.connector'])

    def test_connector_of_another_company(self):
        company = self.env['res.company'].create({'name': 'Başqa MMC'})
        other = self.env['vatportal.connector'].create({'name': 'Other', 'base_url': self.sandbox.url, 'company_id': company.id})
        move = self.create_invoice()
        self.assertProblem(move, 'the connector to Başqa MMC', 'Company', move, connector=other)

    def test_kinds_of_entries(self):
        bill = self.create_invoice(move_type='in_invoice')
        self.assertProblem(bill, 'not sent to e-taxes', 'Type', bill)
        refund = self.create_invoice(move_type='out_refund')
        self.assertProblem(refund, 'the other side issues', 'e-taxes Kind', refund)

    def test_currency_of_the_company(self):
        company = self.env['res.company'].create({'name': 'Avro MMC', 'currency_id': self.env.ref('base.EUR').id})
        move = self.create_invoice()
        self.env.cr.execute('UPDATE res_company SET currency_id = %s WHERE id = %s', (company.currency_id.id, self.company.id))
        self.env.invalidate_all()
        self.assertProblem(move, 'manat only', 'Currency', self.company)

    def test_main_note(self):
        move = self.create_invoice()
        move.vatportal_main_info = '   '
        self.assertProblem(move, 'tab e-taxes', 'Main Note', move)

    def test_long_notes(self):
        move = self.create_invoice()
        move.write({'vatportal_main_info': 'ə' * 150, 'vatportal_add_info': f'  {"ə" * 150}  '})
        self.assertFalse(move._vatportal_problems(self.connector))
        move.write({'vatportal_main_info': 'ə' * 151, 'vatportal_add_info': 'ə' * 3000})
        problems = move._vatportal_problems(self.connector)
        self.assertEqual([(problem['level'], problem['field']) for problem in problems], [('warning', 'Main Note'), ('warning', 'Additional Note')])
        self.assertIn('3000 characters', problems[1]['message'])
        self.assertEqual(self.wizard(move).ready_ids, move)

    def test_to_the_company_itself(self):
        """By mistake, most likely; but excise goods that it moves go so."""
        own = self.env['res.partner'].create({'name': 'Xəzər, anbar', 'vat': f'AZ {self.company.vat}', 'country_id': self.env.ref('base.az').id})
        for partner in (own, self.company.partner_id):
            move = self.create_invoice(partner_id=partner.id)
            [problem] = move._vatportal_problems(self.connector)
            self.assertEqual((problem['level'], problem['asks'], problem['res_id']), ('warning', True, partner.id))
            self.assertIn('goes to the company itself', problem['message'])
            self.assertEqual(self.wizard(move).ready_ids, move)
            self.assertFalse(self.env['account.move.send']._is_vatportal_applicable(move), 'nobody sees it there')
            move.vatportal_kind_id = self.env['vatportal.kind'].search([('code', '=', 'exciseGoodsTransfer')])
            self.assertFalse([problem for problem in move._vatportal_problems(self.connector) if problem.get('asks')])

    def test_no_lines(self):
        move = self.create_invoice({'price_unit': 0})
        self.assertIn('no line with an amount', self.problems(move)[0]['message'])

    # ------------------------------------------------------------------ the parties

    def test_voen(self):
        company = self.company.partner_id
        for party in (self.partner, company):
            for vat, text, level in (
                (False, 'has no VÖEN', 'error'),
                ('123456789', 'exactly 10 digits', 'error'),
                ('12345678901', 'exactly 10 digits', 'error'),
                ('AB00000000', '10 digits', 'error'),
                ('1402345791', 'check digit', 'warning'),
            ):
                with self.subTest(party=party.name, vat=vat):
                    move = self.create_invoice()
                    before, party.vat = party.vat, vat
                    self.assertProblem(move, text, 'VÖEN', party, level)
                    party.vat = before

    def test_voen_of_the_head_office_counts(self):
        """A contact or a delivery address of the customer has none of its own."""
        contact = self.env['res.partner'].create({'name': 'Anbar', 'parent_id': self.partner.id})
        move = self.create_invoice(partner_id=contact.id)
        self.assertEqual(self.problems(move), [])
        self.assertEqual(move._vatportal_document_vals(self.connector)['buyer_vat'], self.partner.vat)

    def test_foreign_company(self):
        """The country decides before the form of the number: ten digits are a tax number in Türkiye too."""
        turkey, none = self.env.ref('base.tr').id, False
        for country, vat in (
            (turkey, False),
            (turkey, '1234567801'),
            (turkey, BUYER),
            (turkey, 'AZ' + BUYER),
            (turkey, 'TR1234567801'),
            (none, 'TR1234567801'),
            (none, 'tr 123 456 7801'),
        ):
            for move_type, kind, field in (
                ('out_invoice', False, 'Customer'),
                ('out_refund', 'kind_tax_codex_163', 'Customer'),
                ('in_refund', 'kind_return_invoice', 'Vendor'),
            ):
                with self.subTest(country=country, vat=vat, move_type=move_type):
                    self.partner.write({'country_id': country, 'vat': vat})
                    move = self.create_invoice(move_type=move_type)
                    if kind:
                        move.vatportal_kind_id = self.env.ref(f'l10n_az_vatportal.{kind}')
                    problem = self.assertProblem(move, 'taxpayers of Azerbaijan only', field, self.partner)
                    self.assertIn('Türkiye', problem['message'])

    def test_foreign_person_and_contact(self):
        self.partner.write({'country_id': self.env.ref('base.ru').id, 'vat': '1234567801', 'is_company': False})
        self.assertProblem(self.create_invoice(), 'not taken for a VÖEN', 'Customer', self.partner)
        # Where the goods go makes nobody a taxpayer of Azerbaijan, nor abroad another one of him who is.
        contact = self.env['res.partner'].create(
            {'name': 'Bakı anbarı', 'parent_id': self.partner.id, 'type': 'delivery', 'country_id': self.env.ref('base.az').id}
        )
        self.assertProblem(self.create_invoice(partner_id=contact.id), 'not taken for a VÖEN', 'Customer', self.partner)
        contact.write({'parent_id': self.other_partner.id, 'country_id': self.env.ref('base.ru').id})
        self.assertEqual(self.problems(self.create_invoice(partner_id=contact.id)), [])

    def test_without_a_country(self):
        self.partner.country_id = False
        self.assertEqual(self.problems(self.create_invoice()), [])
        self.partner.vat = f'AZ {BUYER}'
        self.assertEqual(self.problems(self.create_invoice()), [])

    def test_branch_of_a_foreign_company(self):
        """A person says which VÖEN its branch has; the number of its own country never goes out."""
        self.partner.write({'country_id': self.env.ref('base.tr').id, 'vat': '1234567801'})
        with self.assertRaisesRegex(ValidationError, 'exactly 10 digits'):
            self.partner.vatportal_voen = '123'
        self.partner.vatportal_voen = f'AZ {OTHER_BUYER[:4]} {OTHER_BUYER[4:]}'
        contact = self.env['res.partner'].create({'name': 'Anbar', 'parent_id': self.partner.id})
        for partner in (self.partner, contact):
            move = self.create_invoice(partner_id=partner.id)
            self.assertEqual(self.problems(move), [])
            self.finish(self.send(move))
            self.assertEqual(self.uploads()[-1].json['invoices'][0]['buyer'], OTHER_BUYER)
        self.partner.vatportal_voen = '1402345791'
        self.assertProblem(self.create_invoice(), 'check digit of the VÖEN 1402345791', 'VÖEN', self.partner, 'warning')
        # In Azerbaijan the Tax ID is the VÖEN.
        self.partner.write({'country_id': self.env.ref('base.az').id, 'vat': BUYER})
        self.assertEqual(self.create_invoice()._vatportal_document_vals(self.connector)['buyer_vat'], BUYER)

    def test_foreign_buyer_stops_nobody_else(self):
        self.other_partner.write({'country_id': self.env.ref('base.tr').id, 'vat': '1234567801'})
        good = self.invoices(3)
        bad = self.create_invoice(partner_id=self.other_partner.id)
        wizard = self.wizard(good[0] + bad + good[1:])
        self.assertEqual(wizard.ready_ids, good)
        self.finish(self.env['vatportal.job'].browse(wizard.action_send()['res_id']))
        self.assertRegistered(good)
        self.assertFalse(bad.vatportal_document_ids)
        self.assertEqual(list((good + bad)._vatportal_queue()), [*good, bad], 'told, each for itself')

    def test_own_address_abroad(self):
        self.company.partner_id.country_id = self.env.ref('base.tr')
        self.assertEqual(self.problems(self.create_invoice()), [])

    # ------------------------------------------------------------------ the date

    def test_dates_far_off(self):
        """By the days of Azerbaijan: there it is the first of December already."""
        with freeze_time('2026-11-30 20:30:00'):
            for day, text in (
                ('2026-12-01', None),
                ('2026-12-02', 'in the future'),
                ('2027-12-01', 'in the future'),
                ('2072-11-20', 'in the future'),
                ('2025-12-01', None),
                ('2025-11-30', 'more than a year ago'),
                ('2016-11-20', 'more than a year ago'),
            ):
                for move_type in ('out_invoice', 'in_refund'):
                    with self.subTest(day=day, move_type=move_type):
                        move = self.create_invoice(invoice_date=day, move_type=move_type)
                        move.vatportal_kind_id = move.vatportal_kind_id or self.env.ref('l10n_az_vatportal.kind_return_invoice')
                        if text:
                            self.assertProblem(move, text, 'Invoice Date', move, 'warning')
                            self.assertEqual(self.wizard(move).ready_ids, move)
                        else:
                            self.assertEqual(self.problems(move), [])

    def test_dates_in_closed_books(self):
        """Whichever of the lock dates it is; not where an exception lets this user in, nor a lock that does not concern
        sales."""
        moves = self.create_invoice(), self.create_invoice(invoice_date='2026-11-21')
        user = new_test_user(self.env, 'vatportal-locks', 'account.group_account_invoice', company_id=self.company.id)
        for lock in ('tax_lock_date', 'sale_lock_date', 'fiscalyear_lock_date'):
            with self.subTest(lock=lock):
                self.company[lock] = '2026-11-20'
                problem = self.assertProblem(moves[0], 'closed in the books', 'Invoice Date', moves[0], 'warning')
                self.assertIn(self.company._fields[lock].string, problem['message'])
                self.assertEqual(self.problems(moves[1]), [])
                exception = self.env['account.lock_exception'].create({'company_id': self.company.id, 'user_id': user.id, lock: False})
                self.env.invalidate_all()
                self.assertEqual(self.problems(moves[0].with_user(user)), [])
                exception.action_revoke()
                self.company[lock] = False
        self.company.purchase_lock_date = '2026-11-20'
        self.assertEqual(self.problems(moves[0]), [])
        self.company.hard_lock_date = '2026-11-20'
        self.assertProblem(moves[0], 'closed in the books', 'Invoice Date', moves[0], 'warning')
        self.assertRegistered(self.sent(moves[0]))

    def sent(self, moves):
        self.finish(self.send(moves))
        return moves

    # ------------------------------------------------------------------ the lines

    def test_product(self):
        move = self.create_invoice({'product_id': False, 'name': 'Məsləhət', 'product_uom_id': self.unit.id})
        problem = self.assertProblem(move, '“Məsləhət” has no product', 'Product', move)
        self.assertEqual(problem['line_id'], move.invoice_line_ids.id)

    def test_product_code(self):
        product = self.create_product('Kodsuz', False)
        move = self.create_invoice({'product_id': product.id})
        self.assertProblem(move, 'Set the 10-digit code', 'e-taxes Code', product.product_tmpl_id)
        product.categ_id = self.env['product.category'].create({'name': 'Sement', 'vatportal_code': '2523290000'})
        self.assertEqual(self.problems(move), [])

    def test_unit(self):
        """Odoo takes the taxes away with the unit, so that this is one problem among others."""
        move = self.create_invoice()
        move.invoice_line_ids.product_uom_id = False
        found = {problem['field']: problem['message'] for problem in self.problems(move)}
        self.assertIn('“Sement” has no unit of measure', found['Unit'])

    def test_unit_without_a_name_of_its_own_takes_odoos(self):
        self.unit.vatportal_unit = False
        self.assertEqual(self.problems(self.create_invoice()), [])

    def test_tax_without_category(self):
        tax = self.create_tax('Köhnə ƏDV', 18, False)
        move = self.create_invoice({'tax_ids': [Command.set(tax.ids)]})
        problem = self.assertProblem(move, '“Sement”', 'Amount', tax)
        self.assertIn('Köhnə ƏDV has no e-taxes category', problem['message'])

    def test_no_tax(self):
        move = self.create_invoice({'tax_ids': [Command.clear()]})
        self.assertProblem(move, 'no tax that tells its VAT category', 'Amount', move)

    def test_free_line_is_a_warning(self):
        move = self.create_invoice({}, {'price_unit': 0, 'name': 'Hədiyyə'})
        self.assertProblem(move, '“Hədiyyə” is free of charge', 'Price', move, level='warning')

    def test_labels_are_ours(self):
        """What only the portal's rules find is named as our forms name it, not as the API does."""
        move = self.create_invoice()
        names = {
            (name, of_line): move._vatportal_field_label(name, of_line)
            for name, of_line in (
                ('sum_subtotal1', False),
                ('sum_ttax', False),
                ('seller', False),
                ('subtotal2', True),
                ('unit_price', True),
                ('quantity', True),
                ('barcode', True),
                ('id', True),
                ('something_new', True),
            )
        }
        self.assertEqual(
            names,
            {
                ('sum_subtotal1', False): 'Goods',
                ('sum_ttax', False): 'Road Tax',
                ('seller', False): 'Seller VÖEN',
                ('subtotal2', True): 'Net',
                ('unit_price', True): 'Price',
                ('quantity', True): 'Quantity',
                ('barcode', True): 'Barcode',
                ('id', True): 'Code',
                ('something_new', True): 'something_new',
            },
        )

    def test_portals_own_rule(self):
        """A fault that only the portal's arithmetic finds still stops before the network, with our label."""
        move = self.create_invoice()
        vals = move._vatportal_document_vals(self.connector)
        vals['line_ids'][1][2]['amount_vat'] = 1.0
        found = move._vatportal_portal_problems(vals)
        self.assertIn('VAT', [problem['field'] for problem in found])
        self.assertEqual({problem['line_id'] for problem in found if problem['field'] == 'VAT'}, {move.invoice_line_ids.id})

    # ------------------------------------------------------------------ the wizard

    def test_all_problems_are_shown_together(self):
        """Errors first, each with a link to the record to mend; what is good can go."""
        codeless = self.create_product('Kodsuz', False)
        moves = (
            self.create_invoice()
            + self.create_invoice({}, {'price_unit': 0, 'name': 'Hədiyyə'})
            + self.create_invoice({'product_id': codeless.id}, partner_id=self.partner_a.id)
            + self.create_invoice(post=False)
        )
        wizard = self.wizard(moves)
        self.assertEqual(wizard.ready_ids, moves[:2])
        self.assertEqual((wizard.ready_count, wizard.move_count, wizard.amount_ready), (2, 4, 236))
        alerts = list(wizard.alerts.values())
        self.assertEqual([alert['level'] for alert in alerts], ['danger'] * 3 + ['warning'])
        targets = {(alert['action']['res_model'], alert['action']['res_id']) for alert in alerts}
        self.assertEqual(
            targets,
            {
                ('res.partner', self.partner_a.id),
                ('product.template', codeless.product_tmpl_id.id),
                ('account.move', moves[3].id),
                ('account.move', moves[1].id),
            },
        )
        for alert in alerts:
            self.assertRegex(alert['message'], r'^.+ · .+: .+')

    def test_mended_record_by_record(self):
        """The problem goes when the record is mended; the open wizard sees it."""
        product = self.create_product('Kodsuz', False)
        move = self.create_invoice({'product_id': product.id})
        wizard = self.wizard(move)
        with self.assertRaisesRegex(UserError, 'None of the invoices can be sent'):
            wizard.action_send()
        product.vatportal_code = '2523290000'
        self.finish(self.env['vatportal.job'].browse(wizard.action_send()['res_id']))
        self.assertRegistered(move)
        self.assertEqual(self.sandbox.requests[0].path[-4:], '.php')

    def test_list_action_takes_the_selection(self):
        moves = self.invoices(2)
        action = self.env.ref('l10n_az_vatportal.action_send_many').with_context(active_model='account.move', active_ids=moves.ids, active_id=moves[0].id).run()
        wizard = self.env[action['res_model']].with_context(**action['context']).create({})
        self.assertEqual(wizard.ready_ids, moves)

    def test_several_companies(self):
        """Each invoice goes through the connector of its own company."""
        data = self.setup_other_company(name='İkinci MMC', country_id=self.env.ref('base.az').id, currency_id=self.env.ref('base.AZN').id)
        company = data['company']
        company.write({'vat': '1700321031', 'account_fiscal_country_id': self.env.ref('base.az').id})
        other = self.env['vatportal.connector'].create({'name': 'Second', 'base_url': self.sandbox.url, 'token': 'sandbox-token', 'company_id': company.id})
        tax = self.env['account.tax'].create(
            {
                'name': 'ƏDV 18 %',
                'amount': 18,
                'vatportal_category': 'vat',
                'company_id': company.id,
                'country_id': self.env.ref('base.az').id,
                'tax_group_id': self.tax_group.copy({'company_id': company.id}).id,
            }
        )
        mine = self.create_invoice()
        theirs = self.env['account.move'].create(
            {
                'move_type': 'out_invoice',
                'partner_id': self.other_partner.id,
                'invoice_date': '2026-11-20',
                'company_id': company.id,
                'journal_id': data['default_journal_sale'].id,
                'currency_id': self.env.ref('base.AZN').id,
                'invoice_line_ids': [Command.create({'product_id': self.product.id, 'price_unit': 5, 'tax_ids': [Command.set(tax.ids)]})],
            }
        )
        theirs.action_post()
        wizard = self.wizard(mine + theirs)
        self.assertFalse(wizard.problems or wizard.connector_id)
        jobs = self.env['vatportal.job'].browse(wizard.action_send()['context']['vatportal_live_views'])
        self.assertEqual(jobs.connector_id, self.connector + other)
        # They share an account, so each waits for the one before it.
        for job in jobs.sorted('id'):
            self.finish(job)
        self.assertEqual(set((mine + theirs).mapped('vatportal_state')), {'registered'})
        self.assertEqual({move.vatportal_document_id.company_id for move in mine + theirs}, {self.company, company})

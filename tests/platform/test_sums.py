from ast import literal_eval

from lxml import etree

from odoo.tests import new_test_user

from ..bill_common import BUYER, SELLER, BillCommon
from ..common import script


class TestSums(BillCommon):
    """What lists add up is what stands at e-taxes: to the qəpik, less what was returned, and never what was received and sent."""

    def opened(self, name):
        """The documents and the context that a click on the menu shows."""
        action = self.env['ir.actions.actions']._for_xml_id(f'l10n_az_vatportal.{name}')
        model = self.env['vatportal.document'].with_context(**self.evaluated(action['context']))
        search = etree.fromstring(model.get_view(view_type='search')['arch'])
        domain = self.evaluated(action['domain'] or '[]')
        for key in model.env.context:
            if key.startswith('search_default_'):
                domain += self.evaluated(search.find(f".//filter[@name='{key.removeprefix('search_default_')}']").get('domain'))
        return model, [('company_id', '=', self.company.id), *domain], action

    def evaluated(self, text):
        return text if isinstance(text, (dict, list)) else literal_eval(text)

    def totals(self, name):
        model, domain, _action = self.opened(name)
        [found] = model._read_group(domain, [], ['amount_total_signed:sum', 'amount_vat_signed:sum'])
        return tuple(round(value, 2) for value in found)

    def test_sent(self):
        moves = self.create_invoice() + self.create_invoice({'price_unit': 50})
        self.finish(self.send(moves))
        self.assertEqual(self.totals('vatportal_document_action_outgoing'), (177.0, 27.0))
        # What never left, was declined, was deleted or is cancelled is not registered.
        self.sandbox.configure(auto_confirm=False)
        declined = self.create_invoice({'price_unit': 1000})
        job = self.send(declined)
        self.advance(job, 3)
        self.sandbox.decline()
        self.finish(job)
        self.document(direction='outgoing', status='canceled')
        self.document(direction='outgoing', state='deleted')
        self.document(direction='outgoing', is_foreign=True)
        self.assertEqual(self.totals('vatportal_document_action_outgoing'), (177.0, 27.0))
        self.document(200.0, direction='outgoing', kind='returnInvoice')
        self.assertEqual(self.totals('vatportal_document_action_outgoing'), (-59.0, -9.0), 'returned to a vendor')

    def test_received(self):
        self.document(100.0)
        self.document(40.0, kind='returnInvoice')
        self.document(7.0, status='deletedBySystem')
        self.assertEqual(self.totals('vatportal_document_action_incoming'), (70.8, 10.8))

    def test_credit_notes_of_whatever_kind(self):
        """An adjustment lowers what was sent, or received, where it is a credit note; one that says so with a minus does by itself."""
        self.sandbox.configure(accepted_types=['default', 'taxCodex163'])
        self.finish(self.send(self.create_invoice({'price_unit': 1000})))
        credit = self.create_invoice(move_type='out_refund', vatportal_kind_id=self.kind('taxCodex163').id)
        self.finish(self.send(credit))
        self.assertEqual(credit.vatportal_state, 'registered', credit.vatportal_document_id.message)
        self.assertEqual(self.totals('vatportal_document_action_outgoing'), (1062.0, 162.0))
        self.document(-10.0, direction='outgoing', kind='taxCodex163', move_id=self.create_invoice(move_type='out_refund').id)
        self.assertEqual(self.totals('vatportal_document_action_outgoing')[0], 1050.2)
        adjustment, raised, new = (self.document(40.0, kind=kind) for kind in ('taxCodex163', 'taxCodex177_5', 'defaultInvoice'))
        self.assertEqual((adjustment | raised | new).mapped('amount_total_signed'), [47.2] * 3, 'nobody has said which way')
        for document, booking in ((adjustment, 'refund'), (raised, 'bill')):
            document._make_bill(booking=booking)
        self.assertEqual((adjustment.move_id.move_type, raised.move_id.move_type), ('in_refund', 'in_invoice'))
        self.assertEqual((adjustment | raised).mapped('amount_total_signed'), [-47.2, 47.2])
        new.kind_id.sudo().booking = 'refund'
        self.assertEqual(new.amount_total_signed, -47.2, 'as it will be booked')

    def test_what_a_company_sends_to_itself(self):
        for direction in ('incoming', 'outgoing'):
            own = self.document(100.0, kind='goodsTransfer', direction=direction, seller_vat=SELLER, buyer_vat=f'AZ {SELLER}')
            self.assertEqual((own.amount_total_signed, own.amount_vat_signed, own.amount_total), (0, 0, 118.0))
            self.assertEqual(self.totals(f'vatportal_document_action_{direction}')[0], 0)
        own.sudo().buyer_vat = BUYER
        self.assertEqual(own.amount_total_signed, 118.0)

    def test_what_is_sent_together(self):
        """The dialog, and what is told at the codes, subtract what is returned to a vendor and what is credited to a customer."""
        moves = self.create_invoice({'price_unit': 1000}) + self.create_invoice(
            {'price_unit': 50}, move_type='out_refund', vatportal_kind_id=self.kind('taxCodex163').id
        )
        moves += self.create_invoice(move_type='in_refund', partner_id=self.vendor.id)
        wizard = self.wizard(moves)
        self.assertEqual((wizard.ready_count, wizard.amount_ready), (3, 1003.0), wizard.problems)
        self.assertEqual(moves.mapped('vatportal_signed_total'), [1180.0, -59.0, -118.0], 'each row with what it is counted with')
        job = self.send(moves)
        self.assertIn('1,003.00 AZN', job._label()['what'])

    def test_months_are_those_of_baku(self):
        """Whatever the time zone of the reader, and on whatever screen."""
        document = self.document(date='2026-11-30 21:00:00', direction='outgoing')
        for tz in ('America/New_York', 'Asia/Tokyo'):
            for name in ('vatportal_document_action_outgoing', 'vatportal_report_action_sent'):
                model, domain, action = self.opened(name)
                model = model.with_context(tz=tz)
                views = {mode: etree.fromstring(model.get_view(view, mode)['arch']) for view, mode in action['views'] if mode in ('pivot', 'graph', 'list')}
                for mode, arch in views.items():
                    self.assertFalse(arch.xpath("//field[@name='date'][not(ancestor::field)]"), f'{name}, {mode}')
                [(month, _count)] = model._read_group([*domain, ('id', '=', document.id)], ['day:month'], ['__count'])
                self.assertEqual(str(month), '2026-12-01')
        search = etree.fromstring(self.env['vatportal.document'].get_view(view_type='search')['arch'])
        self.assertEqual(search.xpath('//filter[@date]/@date'), ['day'])
        self.assertIn("'day:month'", search.find(".//filter[@name='group_month']").get('context'))

    def test_no_days_where_nothing_was_approved(self):
        """An average over all documents would take those that wait for ones approved at once."""
        for name in ('vatportal_document_action_incoming', 'vatportal_document_action_outgoing'):
            model, _domain, action = self.opened(name)
            for view, mode in action['views']:
                if mode in ('pivot', 'graph'):
                    node = etree.fromstring(model.get_view(view, mode)['arch']).find("field[@name='days_to_approve']")
                    self.assertEqual(node is not None and node.get('invisible'), '1', f'{name}, {mode}')

    def test_each_row_counts_with_what_it_shows(self):
        documents = self.document(self.line(0.003, 'exempt')) + self.document(self.line(0.003, 'exempt')) + self.document(self.line(10.006, 'exempt'))
        self.assertEqual(documents.mapped('amount_total_signed'), [0.0, 0.0, 10.01])
        self.assertEqual(self.totals('vatportal_document_action_incoming')[0], 10.01)
        self.assertEqual(documents[2].amount_total, 10.006)

    def test_another_kind_later(self):
        document = self.document(100.0)
        document.sudo().kind_id = self.kind('returnInvoice')
        self.assertEqual(document.amount_total_signed, -118.0)

    def test_nothing_else_is_added(self):
        """Neither exact amounts, with their six decimals, nor both directions together."""
        fields = self.env['vatportal.document'].fields_get(attributes=['aggregator', 'type', 'store'])
        added = {name for name, field in fields.items() if name.startswith('amount_') and field['store'] and field.get('aggregator')}
        self.assertEqual(added - {'amount_difference'}, {'amount_net_signed', 'amount_vat_signed', 'amount_total_signed'})
        model, _domain, action = self.opened('vatportal_document_action')
        self.assertFalse({'pivot', 'graph'} & {mode for _view, mode in action['views']})
        arch = etree.fromstring(model.get_view(view_type='list')['arch'])
        for node in arch.xpath('//field[@sum]'):
            self.assertIn('vatportal_incoming', node.get('column_invisible'))

    def test_attempts_are_shown_on_the_invoice(self):
        self.sandbox.configure(auto_confirm=False)
        move = self.create_invoice()
        job = self.send(move)
        self.advance(job, 3)
        self.sandbox.decline()
        self.finish(job)
        action = move.action_vatportal_documents()
        self.assertFalse([key for key in self.evaluated(action.get('context') or {}) if key.startswith('search_default')])

    def test_an_update_counts_what_was_there(self):
        documents = self.document(100.004, kind='returnInvoice') + self.document(33.335)
        expected = documents.mapped('amount_total_signed')
        self.env.flush_all()
        self.env.cr.execute('UPDATE vatportal_document SET amount_total_signed = NULL, amount_net_signed = NULL, amount_vat_signed = NULL')
        script('19.0.1.5.0/pre-sums.py').migrate(self.env.cr, '19.0.1.4.0')
        self.env.invalidate_all()
        self.assertEqual(documents.mapped('amount_total_signed'), expected)


class TestFound(BillCommon):
    """A qaimə number finds its invoice and its bill, for whoever may see them."""

    def found(self, text, user=None):
        model = self.env['account.move'].with_user(user or self.env.user)
        arch = etree.fromstring(model.get_view(self.env.ref('account.view_account_invoice_filter').id, 'search')['arch'])
        domain = arch.find(".//field[@name='name'][@filter_domain]").get('filter_domain')
        return model.search(eval(domain, {'self': text}))  # noqa: S307 - as the client evaluates it

    def test_by_number(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        bill = self.bill(100.0)
        self.assertEqual(self.found(move.vatportal_qaime), move)
        self.assertIn(bill, self.found(bill.vatportal_bill_qaime))
        self.assertEqual(self.found(move.name), move)

    def test_as_etaxes_shows_it(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        bill = self.bill(100.0)
        for one in (move, bill):
            number = one.vatportal_qaime_search
            for text in (f'{number[:-8]} {number[-8:]}', number.lower(), f' {number[-8:]} '):
                self.assertIn(one, self.found(text), text)
                self.assertNotIn(move + bill - one, self.found(text))
            self.assertEqual(self.env['account.move'].search([('vatportal_qaime_search', '=', f'{number[:-8]} {number[-8:]}')]), one)
        arch = etree.fromstring(move.get_view(self.env.ref('account.view_account_bill_filter').id, 'search')['arch'])
        self.assertFalse(arch.xpath("//field[@name='vatportal_qaime'][not(@filter_domain)]"))

    def test_for_who_sees_no_documents(self):
        move = self.create_invoice()
        self.finish(self.send(move))
        reader = new_test_user(self.env, 'reader', 'base.group_user', company_id=self.company.id, company_ids=self.company.ids)
        self.env['ir.model.access'].create(
            {
                'name': 'Reads invoices',
                'model_id': self.env['ir.model']._get_id('account.move'),
                'perm_read': True,
                'group_id': self.env.ref('base.group_user').id,
            }
        )
        self.assertFalse(self.env['vatportal.document'].with_user(reader).has_access('read'))
        number = move.vatportal_qaime
        for text in (number, f'{number[:-8]} {number[-8:]}'):
            self.assertIn(move, self.found(text, reader))

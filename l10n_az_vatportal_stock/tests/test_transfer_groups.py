from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .transfer_common import TransferCommon

STORE, AUDIT, INVOICE, ACCOUNTANT = 'stock.group_stock_user', 'account.group_account_readonly', 'account.group_account_invoice', 'account.group_account_user'
# Groups of a person → whether that person sends invoices, and transfers. None: there is not even a dialog.
PEOPLE = {
    (STORE,): (False, True),
    (AUDIT,): (None, None),
    (STORE, AUDIT): (False, True),
    (STORE, 'stock.group_stock_manager', AUDIT): (False, True),
    (INVOICE,): (True, None),
    (INVOICE, AUDIT): (True, None),
    (STORE, INVOICE): (True, True),
    (STORE, ACCOUNTANT): (True, True),
}


class TestTransferGroups(TransferCommon):
    """Who may send transfers, and looks at the books besides, sends no invoices by that, takes none away, and sees no code of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vals = {'company_id': cls.company.id, 'company_ids': [Command.set(cls.company.ids)]}
        cls.people = {groups: new_test_user(cls.env, f'vatportal-groups-{number}', ','.join(groups), **vals) for number, groups in enumerate(PEOPLE)}

    def assertMay(self, allowed, call, *args):
        """``call`` is refused, or not."""
        if allowed:
            return call(*args)
        with self.assertRaises(AccessError):
            call(*args)

    def sending(self, user, *chosen):
        names = {'stock.picking': 'picking_ids', 'account.move': 'move_ids'}
        values = {names[records._name]: [Command.set(records.ids)] for records in chosen}
        return self.env['vatportal.send.wizard'].with_user(user).create(values).action_send()

    def test_sending(self):
        for groups, (invoices, transfers) in PEOPLE.items():
            with self.subTest(groups=groups):
                self.env.invalidate_all()
                user = self.people[groups]
                for records, allowed in ((self.create_invoice(), invoices), (self.create_transfer(), transfers)):
                    if allowed is None and records.with_user(user).has_access('read') and user.has_group(INVOICE):
                        allowed = True  # stock valuation, where it is installed, lets accountants read transfers
                    self.assertMay(allowed, self.sending, user, records)
                    self.assertEqual(bool(records.vatportal_document_ids), bool(allowed))

    def test_both_in_one_dialog(self):
        """Nothing of it goes where one of them is not for that person to send."""
        for groups, (invoices, transfers) in PEOPLE.items():
            with self.subTest(groups=groups):
                self.env.invalidate_all()
                user = self.people[groups]
                if transfers is None:
                    continue
                move, picking = self.create_invoice(), self.create_transfer()
                self.assertMay(invoices, self.sending, user, move, picking)
                self.assertEqual([bool(record.vatportal_document_ids) for record in (move, picking)], [invoices, invoices])

    def test_large_selections(self):
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '1')
        for groups, (invoices, _transfers) in PEOPLE.items():
            with self.subTest(groups=groups):
                self.env.invalidate_all()
                user = self.people[groups]
                moves = self.create_invoice() + self.create_invoice()
                self.assertMay(invoices, self.sending, user, moves)
                self.assertEqual(self.env['vatportal.selection.line'].search_count([('res_id', 'in', moves.ids)]), 2 * bool(invoices))
                selection = self.env['vatportal.selection'].with_user(self.people[INVOICE,])._start([self.create_invoice()], self.connector, True)
                # Auditors see how far it is.
                self.assertMay(invoices or AUDIT in groups, selection.with_user(user).action_refresh)
                self.assertMay(invoices, selection.with_user(user).action_stop)

    def test_whose_right_was_taken_meanwhile(self):
        user = new_test_user(self.env, 'vatportal-leaves', f'{STORE},{ACCOUNTANT}', company_id=self.company.id, company_ids=[Command.set(self.company.ids)])
        self.env['ir.config_parameter'].set_param('l10n_az_vatportal.send_at_once', '1')
        moves = self.create_invoice() + self.create_invoice()
        self.sending(user, moves)
        user.group_ids = self.env.ref(STORE) + self.env.ref(AUDIT)
        with self.enter_registry_test_mode():
            self.env.ref('l10n_az_vatportal.cron_selection').method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(self.env['vatportal.selection.line'].search([('res_id', 'in', moves.ids)]).mapped('state')), {'refused'})
        self.assertFalse(moves.vatportal_document_ids)

    def test_deleting(self):
        """What was sent of an invoice, signed or not, what was entered at the portal by hand, and transfers."""
        for groups, (invoices, transfers) in PEOPLE.items():
            with self.subTest(groups=groups):
                self.env.invalidate_all()
                user = self.people[groups]
                picking = self.create_transfer()
                self.sent(picking)
                lone = self.imported({'price_unit': 9}).vatportal_document_id
                lone.sudo().move_id = False
                for document, allowed in (
                    (self.registered().vatportal_document_id, invoices),
                    (self.imported().vatportal_document_id, invoices),
                    (lone, invoices),
                    (picking.vatportal_document_id, transfers or invoices),
                ):
                    self.assertMay(allowed, self.deleting, user, document)
                    self.assertEqual(document.state == 'deleted', bool(allowed), document.display_name)

    def deleting(self, user, document):
        values = {'document_ids': [Command.set(document.ids)], 'reason': 'Wrong'}
        action = self.env['vatportal.delete.wizard'].with_user(user).create(values).action_delete()
        self.finish(self.env['vatportal.job'].browse(action['res_id']))

    def test_deleting_by_a_line(self):
        """The lines of the dialog are its user's to write."""
        picking, document = self.create_transfer(), self.imported().vatportal_document_id
        self.sent(picking)
        user = self.people[STORE, AUDIT]
        Wizard = self.env['vatportal.delete.wizard'].with_user(user)
        line = Command.create({'document_id': document.id, 'folder': 'portal'})
        wizard = Wizard.create({'document_ids': [Command.set(picking.vatportal_document_id.ids)], 'reason': 'Wrong', 'line_ids': [line]})
        with self.assertRaises(AccessError):
            wizard.action_delete()
        self.assertFalse(document.is_being_deleted)

    def test_codes(self):
        """Those of one's own processes, in the live view and as fields; of no others by reading, searching, grouping or exporting."""
        self.sandbox.configure(auto_confirm=False)
        picking, move = self.create_transfer(), self.create_invoice()
        jobs = {records: self.send(records) for records in (move, picking)}
        for job in jobs.values():
            job.sudo().write({'pin1_code': '7319', 'stats': {'pin1_code': '7319'}, 'state': 'running', 'phase': 'follow'})
        self.env.flush_all()
        for groups, (invoices, transfers) in PEOPLE.items():
            with self.subTest(groups=groups):
                self.env.invalidate_all()
                user = self.people[groups]
                mine, theirs = jobs[picking].with_user(user), jobs[move].with_user(user)
                Job = mine.browse()
                for job, allowed in ((theirs, invoices), (mine, transfers or invoices)):
                    for name in ('pin1_code', 'pin2_code', 'stats', 'answer'):
                        for read in (job.read, job.__getitem__):
                            self.env.invalidate_all()
                            self.assertMay(allowed, read, [name] if read == job.read else name)
                if not invoices and user.has_group(AUDIT):
                    for call, *args in (
                        (Job.search, [('pin1_code', '=like', '7%')]),
                        (Job._read_group, [], ['pin1_code']),
                        (Job.search_fetch, [], ['pin1_code']),
                        ((mine + theirs).read, ['pin1_code']),
                        (theirs.mapped, 'pin1_code'),
                    ):
                        self.env.invalidate_all()
                        self.assertMay(False, call, *args)
                    self.assertNotIn('pin1_code', Job.fields_get())

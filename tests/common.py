import importlib.util

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import file_path

from ..sandbox.server import Sandbox
from .company_common import CompanyCommon

# Real check digits, invented companies.
SELLER, BUYER, OTHER_BUYER = '1402345691', '1700321031', '2001876531'


def script(name, addon='l10n_az_vatportal'):
    """A script in the ``migrations/`` of ``addon`` as a module."""
    spec = importlib.util.spec_from_file_location('script', file_path(f'{addon}/migrations/{name}'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@tagged('post_install_l10n', 'post_install', '-at_install')
class VatportalCommon(CompanyCommon):
    """An Azerbaijani company with taxes, a product, a customer, and a connector to a sandbox on a real socket."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(Sandbox(stage_seconds=0, auto_confirm=True))
        cls.setup_company()
        cls.connector = cls.env['vatportal.connector'].create(
            {'name': 'Test', 'base_url': cls.sandbox.url, 'token': 'sandbox-token', 'company_id': cls.company.id}
        )
        # The tests' invoices are of this month, whenever they run: what is of before the connector is not due.
        cls.env.cr.execute("UPDATE vatportal_connector SET create_date = '2026-11-05 08:00:00' WHERE id = %s", [cls.connector.id])
        cls.connector.invalidate_recordset(['create_date'])
        # The hourly look has been there; without it the first process looks by itself, see test_look.py.
        cls.connector.sudo().write({'compared_at': fields.Datetime.now(), 'compared_in': cls.connector._database()})
        cls.env.ref('l10n_az_vatportal.cron_advance').active = True
        # One round of the scheduled action, without waiting for the next.
        cls.env['ir.config_parameter'].set_param('l10n_az_vatportal.follow_seconds', '0')

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.sandbox.configure(stage_seconds=0, auto_confirm=True)

    def statements(self, work):
        """The statements of ``work``, from an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        queries = []
        patched = self._patchExecute(queries)
        next(patched)
        try:
            work()
            self.env.flush_all()
        finally:
            next(patched, None)
        return [' '.join(query.split()) for query in map(str, queries)]

    def reverse_in_dialog(self, moves, create=True, **vals):
        """Reverse ``moves`` as a person does: *Reverse and Create Invoice*, or *Reverse*; return the new invoices, else the credit notes."""
        wizard = self.env['account.move.reversal'].with_context(active_model='account.move', active_ids=moves.ids)
        wizard = wizard.create({'journal_id': moves.journal_id.id, 'date': '2026-11-25', **vals})
        wizard.modify_moves() if create else wizard.refund_moves()
        return wizard.new_move_ids

    def pay_in_bank(self, moves):
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=moves.ids).create({})._create_payments()

    def credit_apart(self, move, *prices):
        """Take ``move`` back by a posted credit note that names it and is reconciled with nothing; ``prices``: of its lines, else all."""
        credit = move._reverse_moves([{'invoice_date': move.invoice_date, 'date': move.date, 'ref': f'Back {move.id}'}])
        for line, price in zip(credit.invoice_line_ids, prices, strict=False):
            line.price_unit = price
        # What the vendor takes back, the vendor issues.
        credit.vatportal_kind_id = False
        credit.action_post()
        credit.line_ids.remove_move_reconcile()
        return credit

    def settle_with(self, *moves):
        """Reconcile these entries with each other."""
        lines = self.env['account.move'].union(*moves).line_ids
        lines.filtered(lambda line: line.account_type in ('asset_receivable', 'liability_payable')).reconcile()

    def settle_by_entry(self, move, account_type):
        """Settle ``move`` by a journal entry, as claims are set off against each other."""
        line = move.line_ids.filtered(lambda line: line.account_id.account_type in (account_type, 'liability_payable'))
        entry = self.env['account.move'].create(
            {
                'move_type': 'entry',
                'date': '2026-11-20',
                'line_ids': [
                    Command.create({'account_id': line.account_id.id, 'partner_id': move.partner_id.id, 'balance': -line.balance}),
                    Command.create({'account_id': self.company_data['default_account_expense'].id, 'balance': line.balance}),
                ],
            }
        )
        entry.action_post()
        (line + entry.line_ids.filtered(lambda other: other.account_id == line.account_id)).reconcile()

    # ------------------------------------------------------------------ data

    @classmethod
    def setup_company(cls):
        cls.company = cls.company_data['company']
        azn = cls.env.ref('base.AZN')
        azn.active = True
        cls.company.write(
            {
                'name': 'Xəzər Ticarət MMC',
                'vat': SELLER,
                'currency_id': azn.id,
                'country_id': cls.env.ref('base.az').id,
                'account_fiscal_country_id': cls.env.ref('base.az').id,
            }
        )
        cls.partner = cls.env['res.partner'].create({'name': 'Abşeron Tikinti MMC', 'vat': BUYER, 'country_id': cls.env.ref('base.az').id, 'is_company': True})
        cls.other_partner = cls.env['res.partner'].create(
            {'name': 'Gəncə Market MMC', 'vat': OTHER_BUYER, 'country_id': cls.env.ref('base.az').id, 'is_company': True}
        )
        cls.tax_group = cls.env['account.tax.group'].create({'name': 'ƏDV', 'company_id': cls.company.id, 'country_id': cls.env.ref('base.az').id})
        cls.taxes = {
            category: cls.create_tax(name, rate, category)
            for category, name, rate in (('vat', 'VAT 18 %', 18), ('zero', 'VAT 0 %', 0), ('exempt', 'Exempt', 0), ('not_subject', 'Not subject', 0))
        }
        cls.unit = cls.env.ref('uom.product_uom_unit')
        cls.unit.vatportal_unit = 'ədəd'
        cls.kilo = cls.env.ref('uom.product_uom_kgm')
        cls.kilo.vatportal_unit = 'kq'
        cls.product = cls.create_product('Sement', '2523290000')
        cls.service = cls.create_product('Daşınma', '9949410000')

    @classmethod
    def create_branch_contact(cls):
        """Another contact with the VÖEN of ``partner``, typed in another way."""
        return cls.env['res.partner'].create(
            {'name': 'Abşeron Tikinti, filial', 'vat': f'AZ {cls.partner.vat}', 'country_id': cls.env.ref('base.az').id, 'is_company': True}
        )

    @classmethod
    def create_tax(cls, name, rate, category, **vals):
        return cls.env['account.tax'].create(
            {
                'name': name,
                'amount_type': 'percent',
                'amount': rate,
                'type_tax_use': 'sale',
                'vatportal_category': category,
                'company_id': cls.company.id,
                'country_id': cls.env.ref('base.az').id,
                'tax_group_id': cls.tax_group.id,
                **vals,
            }
        )

    @classmethod
    def create_product(cls, name, code, **vals):
        return cls.env['product.product'].create({'name': name, 'vatportal_code': code, 'uom_id': cls.unit.id, 'taxes_id': False, 'list_price': 100, **vals})

    @classmethod
    def create_invoice(cls, *lines, post=True, **vals):
        """A customer invoice; each of ``lines`` a dict of line values (default: one product at 100.00 with VAT)."""
        move = cls.env['account.move'].create(cls._invoice_values(*lines, **vals))
        if post:
            move.action_post()
        return move

    @classmethod
    def create_invoices(cls, lines, **vals):
        """Posted customer invoices at once, which takes half as long as one by one; of each its only line."""
        moves = cls.env['account.move'].create([cls._invoice_values(line, **vals) for line in lines])
        moves.action_post()
        return moves

    @classmethod
    def _invoice_values(cls, *lines, **vals):
        return {
            'move_type': 'out_invoice',
            'partner_id': cls.partner.id,
            'invoice_date': '2026-11-20',
            'currency_id': cls.env.ref('base.AZN').id,
            'invoice_line_ids': [
                Command.create(
                    {
                        **(
                            {}
                            if line.get('display_type')
                            else {'product_id': cls.product.id, 'quantity': 1, 'price_unit': 100, 'tax_ids': [Command.set(cls.taxes['vat'].ids)]}
                        ),
                        **line,
                    }
                )
                for line in lines or [{}]
            ],
            **vals,
        }

    # ------------------------------------------------------------------ sending

    def wizard(self, moves, **vals):
        return self.env['vatportal.send.wizard'].create({'move_ids': [Command.set(moves.ids)], **vals})

    def send(self, moves, **vals):
        """Send ``moves`` through the wizard; return the job, which has been started."""
        action = self.wizard(moves, **vals).action_send()
        return self.env['vatportal.job'].browse(action['res_id'])

    def advance(self, job, steps=1):
        """Move ``job`` by ``steps``, each as if its time had come."""
        for _step in range(steps):
            job.sudo().next_poll_at = False
            job.connector_id.sudo().retry_at = False
            job.sudo()._advance()

    def finish(self, job, limit=60):
        """Move ``job`` on until it has ended."""
        for _step in range(limit):
            if job.state not in ('queued', 'starting', 'running'):
                return
            self.advance(job)
        self.fail(f'The job is still {job.state}, phase {job.phase}, after {limit} steps: {job.message}')

    def uploads(self):
        """The upload requests that the sandbox received."""
        return [record for record in self.sandbox.requests if record.path.endswith('/inv/import_upload_invoices.php')]

    def invoice_received(self, move):
        """Send ``move`` to its end, which must be its number; return the invoice as the portal received it."""
        before = len(self.uploads())
        self.finish(self.send(move))
        self.assertEqual(move.vatportal_state, 'registered', move.vatportal_document_id.message)
        (invoice,) = self.uploads()[before].json['invoices']
        return invoice

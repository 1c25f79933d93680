from odoo.fields import Command
from odoo.tests import tagged

from ..common import VatportalCommon, script

AMOUNTS = ('total_amount_currency', 'total_amount', 'tax_amount_currency', 'tax_amount', 'untaxed_amount_currency', 'untaxed_amount', 'price_unit', 'quantity')


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestExpenseTaxes(VatportalCommon):
    """Expenses, from the draft to the payment, when their VAT is put on payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref('hr_expense.group_hr_expense_manager') + cls.env.ref('hr.group_hr_manager')
        cls.old = cls.create_tax('VAT of expenses', 18, 'vat', type_tax_use='purchase')
        cls.old.repartition_line_ids.filtered(lambda line: line.repartition_type == 'tax').account_id = cls.company_data['default_account_tax_purchase']
        cls.usd = cls.setup_other_currency('USD', rates=[('2020-01-01', 1 / 1.7)])
        cls.employee = cls.env['hr.employee'].create({'name': 'Leyla', 'company_id': cls.company.id, 'work_contact_id': cls.partner.id})
        cls.travel = cls.env['product.product'].create(
            {'name': 'Travel', 'can_be_expensed': True, 'standard_price': 0, 'supplier_taxes_id': [Command.set(cls.old.ids)]}
        )

    def expense(self, approve=True, **vals):
        expense = self.env['hr.expense'].create(
            {
                'name': 'Ticket',
                'employee_id': self.employee.id,
                'product_id': self.travel.id,
                'total_amount_currency': 118,
                'payment_mode': 'own_account',
                'date': '2026-11-20',
                'tax_ids': [Command.set(self.old.ids)],
                **vals,
            }
        )
        if approve:
            expense.action_submit()
            expense._do_approve(check=False)
        return expense

    def of_each_kind(self):
        """In draft, with a cost, approved in another currency and quantity, refused, booked and paid."""
        fuel = self.travel.copy({'name': 'Fuel', 'standard_price': 59})
        found = {
            'draft': self.expense(approve=False),
            'with a cost': self.expense(approve=False, product_id=fuel.id, quantity=2),
            'approved': self.expense(),
            'in dollars': self.expense(currency_id=self.usd.id),
            'in dollars, three': self.expense(currency_id=self.usd.id, quantity=3),
            'refused': self.expense(),
            'booked': self.expense(currency_id=self.usd.id),
            'paid': self.expense(currency_id=self.usd.id),
        }
        found['refused']._do_refuse('No')
        for name in ('booked', 'paid'):
            self.book(found[name])
        move = found['paid'].account_move_id
        self.env['account.payment.register'].with_context(active_model='account.move', active_ids=move.ids).create({})._create_payments()
        self.env.flush_all()
        return found

    def book(self, expense):
        wizard = self.env['hr.expense.post.wizard'].with_context(active_ids=expense.ids, company_paid_move_ids=[])
        wizard.create({'accounting_date': '2026-11-20'}).action_post_entry()

    def amounts(self, expenses):
        self.env.flush_all()
        self.env.invalidate_all()
        return {name: [expense[field] for field in AMOUNTS] for name, expense in expenses.items()}

    def put_on_payment(self):
        self.connector._put_on_payment(self.old)
        self.assertFalse(self.old.active)
        return self.old.vatportal_replaced_by_id

    def test_no_amount_changes(self):
        """Also where the product has got a cost since, of which Odoo makes totals anew whenever a tax is another."""
        expenses = self.of_each_kind()
        # Odoo itself gives it to drafts.
        self.travel.standard_price = 40
        before = self.amounts(expenses)
        self.assertEqual({name: amounts[0] for name, amounts in before.items() if amounts[0] != 118}, {'draft': 40})
        new = self.put_on_payment()
        self.assertEqual(self.amounts(expenses), before)
        for name, expense in expenses.items():
            with self.subTest(name):
                self.assertEqual(expense.with_context(active_test=False).tax_ids, new)

    def test_one_that_is_booked_once_more(self):
        """Its entry was deleted: it has its VAT all the same."""
        expense = self.expense()
        self.book(expense)
        new = self.put_on_payment()
        self.assertEqual(expense.account_move_id.line_ids.tax_line_id, self.old)
        expense.account_move_id.button_draft()
        expense.account_move_id.unlink()
        expense._do_reset_approval()
        expense.action_submit()
        expense._do_approve(check=False)
        self.book(expense)
        self.assertEqual(expense.account_move_id.line_ids.tax_line_id, new)
        self.assertEqual(round(expense.tax_amount, 2), 18)

    def test_migration(self):
        """Earlier versions took the VAT off; what was given another one by a person since stays as it is."""
        expenses = self.of_each_kind()
        self.travel.standard_price = 40
        before = self.amounts(expenses)
        new = self.put_on_payment()
        zero = {'type_tax_use': 'purchase'}
        chosen = [zero, {**zero, 'vatportal_category': False}, {**zero, 'vatportal_category': False, 'amount': 18}]
        taxes = [self.taxes['zero'].copy({**vals, 'name': f'Chosen {number}'}) for number, vals in enumerate(chosen)]
        decided = self.env['hr.expense'].union(*(self.expense(approve=False, tax_ids=[Command.set(tax.ids)]) for tax in taxes))
        ids = [expense.id for expense in expenses.values()]
        self.env.flush_all()
        self.env.cr.execute('UPDATE expense_tax SET tax_id = %s WHERE expense_id = ANY(%s)', [self.old.id, ids])
        self.env.cr.execute('INSERT INTO expense_tax (expense_id, tax_id) SELECT id, %s FROM hr_expense WHERE id = ANY(%s)', [self.old.id, decided.ids])
        self.env.cr.execute(
            'UPDATE hr_expense SET tax_amount = 0, tax_amount_currency = 0, untaxed_amount = total_amount, untaxed_amount_currency = total_amount_currency '
            'WHERE id = ANY(%s) AND account_move_id IS NULL',
            [ids],
        )
        self.env.invalidate_all()
        self.assertFalse(expenses['approved'].tax_ids)
        script('19.0.1.11.0/end-expenses.py').migrate(self.env.cr, '19.0.1.10.0')
        self.assertEqual(self.amounts(expenses), before)
        self.assertEqual({expense.tax_ids for expense in expenses.values()}, {new})
        self.assertEqual([expense.tax_ids for expense in decided], taxes)

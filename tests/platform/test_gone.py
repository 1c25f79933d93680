import re

from psycopg2 import IntegrityError

from odoo import Command
from odoo.tools import mute_logger

from ..due_common import TODAY, DueCommon


class TestGone(DueCommon):
    """A rule whose journal, company or kind is gone is no rule for all of them."""

    def test_what_means_all_where_it_is_empty(self):
        """It goes along with what it names, or keeps that from being deleted; and what is archived is named still."""
        fields = [
            field
            for model in self.env.values()
            for field in model._fields.values()
            if model._original_module == 'l10n_az_vatportal' and not model._abstract and not model._transient
            if field.type in ('many2one', 'many2many') and field.store and re.match('(Empty|None): (for )?(any|all)', field.help or '')
        ]
        self.assertGreater(len(fields), 6)
        for field in fields:
            with self.subTest(str(field)):
                self.assertIn(field.ondelete, ('cascade', 'restrict') if field.type == 'many2one' else ('restrict',))
                if field.type == 'many2many' and self.env[field.comodel_name]._active_name:
                    self.assertIs(field.context.get('active_test'), False)

    def test_a_kind_rule(self):
        journal = self.company_data['default_journal_sale'].copy({'code': 'AGENT'})
        export = self.env['account.fiscal.position'].create({'name': 'Export', 'company_id': self.company.id})
        for record, name in ((journal, 'journal_id'), (export, 'fiscal_position_id')):
            before = self.connector.rule_ids
            self.connector.rule_ids = [Command.create({'sequence': 1, 'move_type': 'out_invoice', name: record.id, 'kind_id': self.kind('agent').id})]
            record.unlink()
            self.env.invalidate_all()
            self.assertEqual(self.connector.rule_ids, before)
            self.assertEqual(self.create_invoice(post=False).vatportal_kind_id.code, 'defaultInvoice')

    def test_a_chart_that_is_loaded_anew(self):
        """It deletes the journals and fiscal positions of the company."""
        self.env.user.group_ids += self.env.ref('base.group_system')
        company = self.env['res.company'].create({'name': 'Yeni MMC', 'country_id': self.env.ref('base.az').id})
        self.env.user.company_ids += company
        chart = self.env['account.chart.template'].with_context(allowed_company_ids=company.ids)
        chart.try_loading('generic_coa', company)
        journal = self.env['account.journal'].search([('company_id', '=', company.id), ('type', '=', 'sale')], limit=1)
        connector = self.connector.create({'name': 'Yeni', 'base_url': self.sandbox.url, 'company_id': company.id})
        before = connector.rule_ids
        connector.rule_ids = [Command.create({'sequence': 1, 'move_type': 'out_invoice', 'journal_id': journal.id, 'kind_id': self.kind('agent').id})]
        company.chart_template = False
        chart.try_loading('generic_coa', company)
        self.env.invalidate_all()
        self.assertFalse(journal.exists())
        self.assertEqual(connector.rule_ids, before)

    def test_a_company(self):
        """Its deadlines do not hold for the others, and its units mean nothing to them."""
        move = self.create_invoice()
        company = self.env['res.company'].create({'name': 'Köhnə MMC'})
        rule = self.rule('deadline_goods').copy(
            {'company_id': company.id, 'days': 0, 'kind_ids': [Command.set(self.kind('defaultInvoice').ids)], 'sequence': 1}
        )
        Alias = self.env['vatportal.unit.alias']
        Alias.create({'name': 'bizim ədəd', 'uom_id': self.unit.id})
        own = Alias.create([{'name': name, 'uom_id': self.kilo.id, 'company_id': company.id} for name in ('bizim ədəd', 'onların')])
        company.unlink()
        self.env.invalidate_all()
        self.assertFalse(rule.exists())
        self.assertFalse(own.exists())
        units = Alias._units_by_key(self.company)
        self.assertEqual((units['bizim eded'], units.get('onlarin')), (self.unit, None))
        self.env['vatportal.deadline']._renew()
        self.assertEqual((move.vatportal_due_date, move.vatportal_deadline_id), (TODAY, self.rule('deadline_goods')))

    def test_a_kind(self):
        """One that an import has added."""
        kind = self.kind('defaultInvoice')._get_or_create('newSort')
        schedule = self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id, 'kind_ids': [Command.set(kind.ids)]})
        rule = self.rule('deadline_goods').copy({'kind_ids': [Command.set(kind.ids)], 'days': 9})
        for _named in range(2):
            with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
                kind.unlink()
            kind.active = False
            self.env.invalidate_all()
            self.assertEqual(schedule._filters()['inc_kinds'], ['newSort'])
            self.assertEqual(rule.kind_ids, kind)
            self.assertEqual(self.create_invoice().vatportal_deadline_id, self.rule('deadline_goods'))
            schedule.active = rule.active = False
        schedule.kind_ids = rule.kind_ids = False
        kind.unlink()

    def test_a_unit_of_which_so_many_are_in_a_box(self):
        """Else so many of the product's own unit would be."""
        unit = self.env['uom.uom'].create({'name': 'Bağlama', 'relative_factor': 5, 'relative_uom_id': self.unit.id})
        self.env['vatportal.product.mapping'].create({'partner_id': self.vendor.id, 'name': 'Sement', 'uom_id': unit.id, 'unit': 'qutu', 'unit_contains': 4})
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.cr.savepoint():
            unit.unlink()

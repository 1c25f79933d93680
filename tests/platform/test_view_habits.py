from ast import literal_eval
from decimal import Decimal

from lxml import etree

from odoo.tools.safe_eval import safe_eval

from ..reconcile.reconcile_common import ReconcileCommon

SHOWN = ('form', 'list', 'kanban')


class TestViewHabits(ReconcileCommon):
    """What all lists, forms and searches of the addon have in common."""

    def views(self, *kinds):
        """(view, its own arch) of all views of this addon and those beside it."""
        names = self.env['ir.model.data'].search([('model', '=', 'ir.ui.view'), ('module', '=like', 'l10n\\_az\\_vatportal%')])
        for view in self.env['ir.ui.view'].browse(names.mapped('res_id')).filtered(lambda view: view.type in kinds):
            yield view, etree.fromstring(view.arch)

    def model_of(self, node, model):
        """The model whose field ``node`` is, in a view of ``model``."""
        for parent in reversed(list(node.iterancestors('field'))):
            field = model._fields.get(parent.get('name'))
            model = self.env[field.comodel_name] if field and field.comodel_name else model
        return model

    def test_dates_are_numbers(self):
        """Written out, a month is “M11” in Azerbaijani."""
        for view, arch in self.views(*SHOWN):
            for node in arch.iter('field'):
                field = self.model_of(node, self.env[view.model])._fields.get(node.get('name'))
                hidden = '1' in (node.get('invisible'), node.get('column_invisible'))
                if field and field.type in ('date', 'datetime') and not hidden and not node.get('position'):
                    self.assertTrue(literal_eval(node.get('options') or '{}').get('numeric'), f'{view.name}: {node.get("name")}')

    # ------------------------------------------------------------------ searches

    def search_arch(self, xml_id):
        return etree.fromstring(self.env.ref(f'l10n_az_vatportal.{xml_id}').arch)

    def found_by(self, xml_id, model, text):
        """What the first field of the search finds for ``text``."""
        node = self.search_arch(xml_id).find('.//field')
        return self.env[model].search(safe_eval(node.get('filter_domain'), {'self': text}))

    def test_numbers_in_the_spelling_of_etaxes(self):
        move = self.sale()
        document = self.at_etaxes(move, qaime='MT261177000001')
        job = self.env['vatportal.job'].sudo().create({'operation': 'upload', 'connector_id': self.connector.id, 'document_ids': document.ids})
        self.env.flush_all()
        for text in ('MT2611 77000001', 'MT261177000001'):
            for xml_id, model in (
                ('vatportal_reconciliation_view_search', 'vatportal.reconciliation'),
                ('vatportal_vat_return_view_search', 'vatportal.vat.return'),
            ):
                self.assertEqual(self.found_by(xml_id, model, text).document_id, document, f'{model} {text}')
            self.assertEqual(self.found_by('vatportal_job_view_search', 'vatportal.job', text), job)
        self.assertFalse(self.found_by('vatportal_reconciliation_view_search', 'vatportal.reconciliation', 'MT2611 77000002'))

    def test_filters_that_exclude_each_other_are_in_one_group(self):
        groups, place = {}, 0
        for node in self.search_arch('vatportal_document_view_search'):
            place += node.tag == 'separator'
            groups[node.get('name')] = place
        self.assertEqual(groups['cancelled'], groups['in_force'])
        for name in ('ours', 'foreign'):
            (node,) = self.search_arch('vatportal_document_view_search').findall(f".//filter[@name='{name}']")
            for action, hidden in (('', False), ('_incoming', True), ('_outgoing', True)):
                context = safe_eval(self.env.ref(f'l10n_az_vatportal.vatportal_document_action{action}').context or '{}')
                self.assertEqual(bool(safe_eval(node.get('invisible'), {'context': context})), hidden)

    def test_what_does_not_work_at_the_portal(self):
        account, reasons = self.connector.sudo().account_id, {'down': 'unreachable', 'useless': 'answer', 'refused': 'login'}
        arch = self.search_arch('vatportal_connector_view_search')
        domains = {name: safe_eval(arch.find(f".//filter[@name='{name}']").get('domain')) for name in reasons}
        for reason in (False, *reasons.values()):
            account.write({'down_reason': reason, 'down_since': reason and '2026-11-20 10:00:00'})
            found = {name for name, domain in domains.items() if self.connector in self.env['vatportal.connector'].search(domain)}
            self.assertEqual(found, {name for name, other in reasons.items() if other == reason})

    # ------------------------------------------------------------------ actions and numbers

    def test_whoever_may_take_codes_sees_the_action(self):
        action = self.env.ref('l10n_az_vatportal.vatportal_take_codes_action')
        self.assertEqual(action.group_ids, self.env.ref('product.group_product_manager'))

    def test_quantities_in_the_language_of_the_reader(self):
        self.env['res.lang']._activate_lang('az_AZ')
        document = self.document().with_context(lang='az_AZ')
        for value, text in (('2.50', '2,5'), ('3', '3'), ('1E+1', '10'), ('0.125', '0,125')):
            self.assertEqual(document._reason_value('quantity', Decimal(value)), text)

    def test_compared_one_after_the_other(self):
        moves = self.sale() + self.sale()
        for move in moves:
            self.at_etaxes(move, {'vat': 90.0})
        rows = self.env['vatportal.reconciliation'].search([('move_id', 'in', moves.ids)])
        with self.assertRaisesRegex(Exception, 'one after the other'):
            rows.action_next()
        self.assertEqual(rows[0].action_next()['res_id'], rows[0].id)

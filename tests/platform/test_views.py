from odoo.fields import Command
from odoo.tests import tagged

from ...models.states import STATUSES, TRANSITIONS
from ..bill_common import OTHER_VENDOR, BillCommon
from .views_common import ViewsCase


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestViews(BillCommon, ViewsCase):
    """Whoever opens a menu sees what is there, on a desk and on a phone, and no "Oops!"."""

    addons = ('l10n_az_vatportal',)

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref('base.group_system')
        # The settings speak against taxes of Odoo's own test company else.
        self.company.tax_exigibility = True
        self.moves = self.env['account.move'].union(*(self.create_invoice({'price_unit': 10 + i}) for i in range(6)))
        self.sandbox.faults.add('/inv/import_upload_invoices.php', 'refused', message='Invalid VOEN: 1111111111')
        self.finish(self.send(self.moves[0]))
        self.finish(self.send(self.moves[1]))
        self.finish(self.send(self.moves[2], sign=False))
        self.env['vatportal.job']._queue(self.moves[3], self.connector, True)
        self.sandbox.configure(auto_confirm=False)
        self.advance(self.send(self.moves[4]), steps=3)
        self.incoming = self.received()
        self.outgoing = self.sent()
        self.configured()
        self.product.barcode = '4760001000017'
        self.connector.sudo().down_since = '2026-01-01'
        self.selection = self.env['vatportal.selection']._start([self.moves], self.connector, True)
        self.selection.line_ids[:1].sudo()._refuse('Why it is so')

    def received(self):
        """Documents of each status, billed, asked about, ignored, foreign."""
        documents = self.env['vatportal.document'].union(
            *(self.document(status=status, status_code='yeniStatus' if status == 'unknown' else status) for status, _label in STATUSES)
        )
        documents[1].action_create_bills()
        asked = self.document(seller_vat=OTHER_VENDOR, seller_name='<b>Kür</b> Logistika MMC', main_info='x' * 300)
        asked.action_create_bills()
        documents[2].action_ignore_bill()
        return documents + asked + self.document(is_foreign=True) + self.document(follow_problem='Something stands against it', to_follow='changed')

    def sent(self):
        """Documents of each of our states, with and without a number, a kind and a buyer."""
        documents = self.env['vatportal.document'].union(
            *(
                self.document(
                    direction='outgoing',
                    state=state,
                    status='onApproval' if state in ('registered', 'deleted') else False,
                    message='Why it is so',
                    **({} if state in ('registered', 'deleted') else {'qaime': False, 'erp_id': f'ODOO-VIEWS-{state}'}),
                )
                for state in TRANSITIONS
            )
        )
        documents[0].sudo().write({'kind_id': False, 'buyer_name': False, 'line_ids': [Command.clear()]})
        return documents

    def configured(self):
        self.env['vatportal.import.schedule'].create({'connector_id': self.connector.id})
        self.env['vatportal.product.mapping'].create(
            {'company_id': self.company.id, 'partner_id': self.vendor.id, 'name': 'Sement', 'product_id': self.product.id}
        )
        self.env['vatportal.unit.alias'].create({'name': 'bizim ədəd', 'uom_id': self.unit.id, 'company_id': self.company.id})

    def wizard_actions(self):
        import_wizard = self.env['ir.actions.actions']._for_xml_id('l10n_az_vatportal.vatportal_import_wizard_action')
        archive = self.env['ir.actions.actions']._for_xml_id('l10n_az_vatportal.vatportal_archive_wizard_action')
        resequence = self.env['ir.actions.actions']._for_xml_id('account.action_account_resequence')
        return {
            'vatportal.send.wizard': [self.moves[5].action_vatportal_send(), self.moves[0].action_vatportal_send(), self.moves.action_vatportal_send()],
            'vatportal.delete.wizard': [self.outgoing.action_delete(), self.moves[1].vatportal_document_id.action_delete()],
            'vatportal.bill.wizard': [document.action_bill_wizard() for document in self.incoming[-3:]],
            'vatportal.token.wizard': [self.connector.action_renew_token()],
            'vatportal.unit.wizard': [self.bill(self.line(unit='palet', barcode='4760001000017')).action_vatportal_units()],
            'vatportal.company.wizard': [self.connector.action_add_companies()],
            'vatportal.package.wizard': [(self.moves[5] + self.moves[0]).action_vatportal_xml()],
            'vatportal.import.wizard': [import_wizard, self.connector.action_compare()],
            'vatportal.candidate.wizard': [
                {
                    'type': 'ir.actions.act_window',
                    'res_model': 'vatportal.candidate.wizard',
                    'views': [[False, 'form']],
                    'target': 'new',
                    'context': {'default_move_id': self.moves[5].id, 'default_document_id': self.outgoing[4].id},
                }
            ],
            'vatportal.release.wizard': [self.connector.action_release_account()],
            'vatportal.archive.wizard': [archive, self.incoming.action_archive_package()],
            'vatportal.answer.wizard': [self.incoming.action_decide(), self.incoming[0].action_decide()],
            'vatportal.selection': [self.selection._dialog_action()],
            'account.move.send.wizard': [
                {
                    'type': 'ir.actions.act_window',
                    'res_model': 'account.move.send.wizard',
                    'views': [[False, 'form']],
                    'target': 'new',
                    'context': {'active_model': 'account.move', 'active_ids': move.ids},
                }
                for move in (self.moves[4], self.moves[1])
            ],
            'account.resequence.wizard': [
                {**resequence, 'context': {'active_model': 'account.move', 'active_ids': self.moves.ids, 'default_first_name': 'INV/2026/01000'}}
            ],
            'res.config.settings': [
                {
                    'type': 'ir.actions.act_window',
                    'res_model': 'res.config.settings',
                    'views': [[False, 'form']],
                    'target': 'current',
                    'context': {'module': 'account'},
                }
            ],
        }

    def action_stops(self):
        stops = super().action_stops()
        for stop in stops:
            # What a picture counts is said above it, not only where there is nothing to count.
            if 'vatportal_report_action_sent' in stop['name'] or 'vatportal_report_action_received' in stop['name']:
                stop['shows'] = False if stop['view'] == 'list' else '.o_vatportal_counted'
        return stops

    def records(self, model):
        return {
            'vatportal.document': self.outgoing + self.incoming[:3] + self.incoming[-3:] + self.moves.vatportal_document_id,
            'vatportal.job': self.moves.vatportal_document_ids.job_ids,
            'account.move': self.moves + self.incoming.move_id,
        }.get(model) or super().records(model)

    def test_every_view(self):
        self.long_names()
        self.open_everything(self.env.user.login)

    def test_nothing_is_cut_off(self):
        self.long_names()
        self.measure_everything(self.env.user)

    def long_names(self):
        """Names and sums as long as they are in Azerbaijan."""
        self.other_partner.name = 'Lənkəran Çayçılıq və Qablaşdırma Sənayesi Açıq Səhmdar Cəmiyyəti'
        self.incoming[3:6].sudo().write({'seller_name': self.other_partner.name, 'amount_total': 1234567.89, 'amount_vat': 188323.91})

from datetime import date

from odoo.tests import HttpCase, tagged

from ..common import SELLER
from .test_import_download import DownloadCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportTour(DownloadCommon, HttpCase):
    def test_import(self):
        """The wizard, PIN1 on the phone, the documents in the list, texts of strangers included."""
        self.sandbox.configure(auto_confirm=False)
        self.sandbox.portal.generate(6, 0, voen=SELLER, held=False, date_from=self.this_month(), seed=3)
        self.sandbox.portal.add_document(0, held=False, tin_to=SELLER, cmp_from='<b>Bold</b> MMC', main_subject='<script>window.hacked = 1</script>')
        self.start_tour('/odoo/action-l10n_az_vatportal.vatportal_import_wizard_action', 'vatportal_import', login=self.env.user.login, timeout=180)
        self.env.invalidate_all()
        self.assertEqual(len(self.documents()), 7)
        self.assertEqual([(prompt.pin, prompt.state) for prompt in self.sandbox.prompts(None)], [(1, 'confirmed')])

    def test_nothing_held(self):
        """What VatPortal does not hold is asked of e-taxes from where that is said."""
        self.sandbox.configure(auto_confirm=False)
        self.sandbox.portal.generate(5, 0, voen=SELLER, held=False, date_from=self.this_month(), seed=3)
        self.start_tour('/odoo/action-l10n_az_vatportal.vatportal_import_wizard_action', 'vatportal_nothing_held', login=self.env.user.login, timeout=120)
        self.env.invalidate_all()
        self.assertEqual(len(self.documents()), 5)

    def test_figures(self):
        """Dates, prices and sums of documents with six decimals, as an accountant in Azerbaijan reads them."""
        self.env['res.lang']._activate_lang('az_AZ')
        self.env.user.lang = 'az_AZ'
        # Added up as floats, the first two come to 0.30000000000000004.
        for day, net in (('03', 0.1), ('04', 0.2), ('05', 0.123456)):
            self.sandbox.portal.add_document(
                0,
                tin_to=SELLER,
                cmp_from=f'Satıcı {day}',
                datetime=f'{day}.03.2026 10:00',
                lines=[
                    {
                        'prod_code': '2710194300',
                        'prod_name': 'Dizel yanacağı',
                        'unit_name': 'litr',
                        'unit_price': 6.4,
                        'unit_qty': 1,
                        'ini_amount': net,
                        'ini_amount2': net,
                        'apply_amount': net,
                        'vat_amount': 0.1,
                        'net_amount': round(net + 0.1, 6),
                    }
                ],
            )
        self.download(dates=(date(2026, 3, 1), date(2026, 3, 31)))
        self.start_tour('/odoo/action-l10n_az_vatportal.vatportal_document_action_incoming', 'vatportal_figures', login=self.env.user.login, timeout=120)

    def this_month(self):
        return self.sandbox.portal.clock.baku().strftime('01.%m.%Y')

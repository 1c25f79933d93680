from odoo.tests import HttpCase, tagged

from .common import SELLER
from .test_import_download import DownloadCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestImportTour(DownloadCommon, HttpCase):

    def test_import(self):
        """The wizard, PIN1 on the phone, the documents in the list, texts of strangers included."""
        self.sandbox.configure(auto_confirm=False)
        self.sandbox.portal.generate(6, 0, voen=SELLER, held=False, date_from=self.this_month(), seed=3)
        self.sandbox.portal.add_document(
            0, held=False, tin_to=SELLER, cmp_from="<b>Bold</b> MMC", main_subject="<script>window.hacked = 1</script>")
        self.start_tour(
            '/odoo/action-l10n_az_vatportal.vatportal_import_wizard_action', 'vatportal_import',
            login=self.env.user.login, timeout=180)
        self.env.invalidate_all()
        self.assertEqual(len(self.documents()), 7)
        self.assertEqual([(prompt.pin, prompt.state) for prompt in self.sandbox.prompts(None)], [(1, 'confirmed')])

    def this_month(self):
        return self.sandbox.portal.clock.baku().strftime('01.%m.%Y')

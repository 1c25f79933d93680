from odoo.tests import tagged

from odoo.addons.l10n_az_vatportal.tests.languages_common import LanguagesCase


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestLanguages(LanguagesCase):
    def test_computed_texts_know_their_language(self):
        self.assertLanguages()

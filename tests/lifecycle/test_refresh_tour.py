from odoo.tests import HttpCase, tagged

from ..send.test_missing import MissingCommon


@tagged('post_install_l10n', 'post_install', '-at_install')
class TestRefreshTour(MissingCommon, HttpCase):
    def test_refresh(self):
        """A missing document is asked for: VatPortal has no copy, e-taxes has it, cancelled."""
        number = self.put(4)[0]
        self.download()
        document = self.of(number)
        row = self.sandbox.portal.etaxes.folder(self.sandbox.portal.company(None), 0)[number]
        self.drop_from(number)
        self.download()
        self.assertTrue(document.missing_since)
        self.sandbox.portal.etaxes.put(self.sandbox.portal.company(None), 0, {**row, 'status': 'canceled'}, held=False)
        self.sandbox.configure(auto_confirm=False)
        self.start_tour(
            f'/odoo/action-l10n_az_vatportal.vatportal_document_action_incoming/{document.id}', 'vatportal_refresh', login=self.env.user.login, timeout=180
        )
        self.env.invalidate_all()
        self.assertEqual((document.status, document.missing_since), ('canceled', False))
        self.assertEqual([(prompt.pin, prompt.state) for prompt in self.sandbox.prompts(None)], [(1, 'confirmed')])

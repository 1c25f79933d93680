from odoo.tests import HttpCase, tagged


@tagged('post_install', '-at_install')
class TestUnitsJs(HttpCase):
    """What of the web client's code can be tried without a server (``static/tests/*.test.js``), in a real browser."""

    def test_units(self):
        with self.assertLogs(f'{self._logger.name}.browser', 'INFO') as log:
            self.browser_js(
                '/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=%40l10n_az_vatportal',
                '',
                login='admin',
                timeout=300,
                success_signal='[HOOT] Test suite succeeded',
                # The first line of a failure does not say what failed.
                error_checker=lambda message: '[HOOT]' not in message,
            )
        # Hoot says so where there was nothing to try as well.
        self.assertRegex('\n'.join(log.output), r'Passed [1-9]\d* tests')

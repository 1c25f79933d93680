from odoo import models

from ...vatportal import settlement


class VatportalJob(models.Model):
    """The end of a sending for what got no number: it is removed from the portal, and given back.

    The portal's answer to a removal proves nothing, neither yes nor no, see :func:`settlement.cleaned`.
    """

    _inherit = 'vatportal.job'

    def _call_clean(self, client):
        client.delete_invoices([invoice.erp_id for invoice in settlement.to_clean(self._facts(), self._invoices(self._pending()))])

    def _apply_clean(self, _value):
        """The portal says that they are gone, which it may say of any: it is asked what it has."""
        self._go_on_cleaning(granted=True)

    def _error_clean(self, answer):
        """A refusal means: not there, or submitted to e-taxes."""
        if answer['error'] != 'Refused':
            return False
        self._go_on_cleaning(granted=False)
        return True

    def _go_on_cleaning(self, granted):
        self._carry_out(settlement.cleaned(self._facts(), self._invoices(self._pending()), granted))

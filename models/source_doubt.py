from odoo import models


class VatportalSource(models.AbstractModel):
    """A record whose document may be at the portal after all."""

    _inherit = 'vatportal.source'

    def _vatportal_connector_problem(self, connector):
        # EXTENDS the checks: only the account that may have the invoice can tell, or refuse to take it twice.
        problem = super()._vatportal_connector_problem(connector)
        doubtful = self.sudo().vatportal_document_ids.filtered(
            lambda document: document.state == 'rejected' and document.doubtful and document.connector_id != connector)
        if problem or not doubtful:
            return problem
        return self._vatportal_problem(self.env._("Connector"), self.env._(
            "The answer to an earlier try through %s was lost, and it may have it still. Send it through that connector.",
            doubtful[0].connector_id.display_name), record=doubtful[0])

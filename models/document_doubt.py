from datetime import timedelta

from odoo import api, fields, models

# How long the portal may keep back an invoice that it has taken, without showing it, before it is believed gone.
HIDDEN_S = 24 * 3600
# For how many days the number of an invoice whose fate stayed unclear is looked for.
LOOK_DAYS = 7


class VatportalDocument(models.Model):
    """What is not known for sure: whether the portal has a document after all.

    An ERP id that the portal knows (error 17) and does not show was either removed there, and then the invoice can go
    again under a new id only; or the portal is still importing it, and then a new id would make a second qaimə of it.
    Hence the id is given up only where the portal has shown the invoice before, or had a day to show it.
    """

    _inherit = 'vatportal.document'

    shown = fields.Boolean(readonly=True, copy=False, help="The portal has named it in an answer.")
    doubtful = fields.Boolean(
        readonly=True, copy=False, index='btree_not_null',
        help="Rejected after a lost answer: should the portal have it after all, its number is fetched by itself.")

    earlier_payload = fields.Json(
        readonly=True, copy=False, groups='account.group_account_manager', prefetch=False,
        help="As it was sent before it was corrected, while the portal may have that.")

    def _write_payload(self):
        """Write what is about to be sent; what may be at the portal from an earlier try, with other figures, is kept."""
        for document in self.sudo():
            payload = document._to_invoice().to_json()
            if document.doubtful and document.payload and document.payload != payload:
                document.earlier_payload = document.earlier_payload or document.payload
            document.payload = payload

    def _set_number(self, qaime):
        super()._set_number(qaime)
        earlier = self.sudo().earlier_payload
        source = self._source()
        if earlier and source:
            source.sudo().message_post(body=self.env._(
                "Compare this with qaimə %(number)s in VatPortal: an earlier try may have reached the portal before the "
                "correction, with a total of %(total)s. If so, delete it from e-taxes and send it again.",
                number=qaime, total=earlier.get('sum_total')))
            self.sudo().earlier_payload = False

    def _used_up(self):
        """Of documents that the portal knows and does not show: those that were surely removed there."""
        longest = fields.Datetime.now() - timedelta(seconds=HIDDEN_S)
        return self.filtered(lambda document: document.shown or document.create_date < longest)

    @api.model
    def _numbers_domain(self):
        """The documents whose numbers may come later: unsigned ones, and those whose fate stayed unclear."""
        since = fields.Datetime.now() - timedelta(days=LOOK_DAYS)
        return [
            ('direction', '=', 'outgoing'), '|', ('state', '=', 'imported'),
            '&', '&', ('state', '=', 'rejected'), ('doubtful', '=', True), ('date', '>', since)]

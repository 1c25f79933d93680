from odoo import fields, models

from ...vatportal import QaimeXmlError, write_invoice


class VatportalDocument(models.Model):
    """Kinds that the portal does not take through the API: what else can be done with such a document."""

    _inherit = 'vatportal.document'

    kind_refused = fields.Boolean(readonly=True, copy=False, help='The portal does not take this kind through the API (code 61).')

    def _kind_refused_text(self):
        if self.move_id and self._fits_package():
            return self.env._(
                'This portal account does not take invoices of the kind “%s” through the API. Download the invoice '
                'as an XML package and upload it at e-taxes.gov.az, or choose another kind.',
                self.kind_id.name,
            )
        return self.env._(
            'This portal account does not take the kind “%s” through the API. Enter the document at e-taxes.gov.az by '
            'hand; its number then comes with the import of sent documents. Only where VatPortal names another type for this kind, an '
            'accounting manager enters that as its “type when sending”; with “default” it would go as an ordinary sale.',
            self.kind_id.name,
        )

    def _fits_package(self):
        """Whether the e-taxes package, of which only the form for plain invoices is known, can hold this document."""
        if not self.kind_id._fits_package():
            return False
        try:
            write_invoice(self._to_invoice())
        except QaimeXmlError:
            return False
        return True

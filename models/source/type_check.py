from odoo import models


class VatportalSource(models.AbstractModel):
    """As what a record would arrive, by the *Type when sending* of its kind."""

    _inherit = 'vatportal.source'

    def _vatportal_type_problems(self, kind):
        """What stands against sending a record as ``kind``: one that is only received, or would go as an ordinary sale and is none."""
        if kind and not kind.upload_type:
            text = self.env._(
                'The kind “%s” has no “type when sending”, so it is only received. Choose another one; or an accounting manager enters the type that '
                'VatPortal names for it.',
                kind.name,
            )
            return [self._vatportal_problem(self.env._('e-taxes Kind'), text, record=kind)]
        if not kind._goes_as_a_sale():
            return []
        text = self.env._(
            'The “type when sending” of the kind “%s” is “default”, so it goes out as an ordinary sale: e-taxes does not learn that anything is '
            'taken back, changed, moved or paid in advance. Enter it at e-taxes.gov.az by hand instead; its number comes with the import of sent '
            'documents.',
            kind.name,
        )
        return [self._vatportal_problem(self.env._('e-taxes Kind'), text, level='warning', record=kind, asks=True)]

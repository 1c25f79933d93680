from odoo import fields, models

from odoo.addons.l10n_az_vatportal.models.job.job import CARRIERS

_CARRIERS = f'{CARRIERS},stock.group_stock_user'


class VatportalJob(models.Model):
    _inherit = 'vatportal.job'

    stats = fields.Json(groups=_CARRIERS)
    pin1_code = fields.Char(groups=_CARRIERS)
    pin2_code = fields.Char(groups=_CARRIERS)
    answer = fields.Json(groups=_CARRIERS)

    def _has_field_access(self, field, operation):
        # EXTENDS: inventory users are shown their own processes, but whoever looks at the books as well is shown all of them
        if not super()._has_field_access(field, operation):
            return False
        user = self.env.user
        if field.groups != _CARRIERS or self.env.su or not user.has_group('account.group_account_readonly'):
            return True
        return user.has_group(CARRIERS) or self._may_use()

    def _may_use(self):
        """Inventory users carry on what consists of transfers alone; of no process in particular, nothing."""
        return super()._may_use() or (
            self.env.user.has_group('stock.group_stock_user') and bool(self) and all(job.sudo()._has_transfers_only() for job in self)
        )

    def _usable(self):
        # EXTENDS: one question for all of them, of which none of their documents is read
        user = self.env.user
        if user.has_group('account.group_account_invoice') or not user.has_group('stock.group_stock_user'):
            return super()._usable()
        transfer, other = [('picking_id', '!=', False)], [('picking_id', '=', False)]
        return self & self.sudo().search(
            [
                ('id', 'in', self.ids),
                *('|', ('document_ids', 'any', transfer), ('asked_document_ids', 'any', transfer)),
                *(('document_ids', 'not any', other), ('asked_document_ids', 'not any', other)),
            ]
        )

    def _has_transfers_only(self):
        documents = self.document_ids | self.asked_document_ids
        return bool(documents) and all(document.picking_id for document in documents)

    def _count_text(self):
        if self.sudo()._has_transfers_only():
            return self.env._('%s transfers', self.document_count)
        return super()._count_text()

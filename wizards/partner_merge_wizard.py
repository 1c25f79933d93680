from odoo import api, models


class PartnerMergeWizard(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        # EXTENDS base: written in SQL, which computes nothing anew
        with self.env['res.partner'].browse(partner_ids).exists()._vatportal_becoming_one(dst_partner):
            return super()._merge(partner_ids, dst_partner, extra_checks)

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS base: written in SQL, which neither minds what may be there once alone, nor finds ids that no key keeps
        self.env['vatportal.product.mapping']._make_way(src_partners, dst_partner)
        self.env['account.move']._vatportal_readdress_mails(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

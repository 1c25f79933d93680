from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..vatportal import voen

# By these it may become one to whom invoices go, or stop being one.
_TELLS_QAIME = {'is_company', 'vat', 'country_id', 'vatportal_voen', 'parent_id'}
# What ResPartner._vatportal_gets_qaime() is true of.
GETS_QAIME = (Domain('is_company', '=', True) | Domain('vat', '!=', False)) & (
    Domain('vatportal_is_abroad', '=', False) | Domain('vatportal_voen', '!=', False)
)


class ResPartner(models.Model):
    """Whose VÖEN a Tax ID is: the country decides, for ten digits are a tax number in other countries too."""

    _inherit = 'res.partner'

    vatportal_voen = fields.Char(
        string='VÖEN in Azerbaijan',
        copy=False,
        index='btree_not_null',
        help='Of a company abroad: the VÖEN of its branch in Azerbaijan. Its electronic invoices go to that VÖEN, never to '
        'its Tax ID, which is a number of its own country.',
    )
    vatportal_is_abroad = fields.Boolean(compute='_compute_vatportal_is_abroad', search='_search_vatportal_is_abroad', string='Buyer Abroad')

    @api.depends('country_id', 'vat')
    def _compute_vatportal_is_abroad(self):
        for partner in self:
            partner.vatportal_is_abroad = partner._vatportal_country().code not in (False, 'AZ')

    def _search_vatportal_is_abroad(self, operator, value):
        if operator != 'in':
            return NotImplemented
        azerbaijan = self.env.ref('base.az').id

        def to_sql(model, alias, query):
            """As :meth:`_vatportal_country` has it."""
            return SQL(
                'COALESCE(COALESCE(%s, (SELECT id FROM res_country WHERE code = UPPER(LEFT(TRIM(%s), 2)))) != %s, FALSE)',
                model._field_to_sql(alias, 'country_id', query),
                model._field_to_sql(alias, 'vat', query),
                azerbaijan,
            )

        abroad = Domain.custom(to_sql=to_sql)
        return Domain.OR(abroad if one else ~abroad for one in value)

    @api.constrains('vatportal_voen')
    def _check_vatportal_voen(self):
        for partner in self:
            if partner.vatportal_voen and not voen.is_voen(partner.vatportal_voen):
                raise ValidationError(
                    self.env._('%(name)s: a VÖEN has exactly 10 digits, not “%(vat)s”.', name=partner.display_name, vat=partner.vatportal_voen)
                )

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + ['vatportal_voen']

    def write(self, vals):
        # Asked before: Odoo takes out of them what it has written by itself.
        telling = self if _TELLS_QAIME & vals.keys() and self.env['vatportal.connector']._begun() else self.browse()
        before = telling._vatportal_buyers()
        result = super().write(vals)
        now = telling._vatportal_buyers()
        # Who is put under somebody else has brought nothing but what they have bought themselves: that one may have bought for years.
        changed = self.browse().union(
            *(
                partner.commercial_partner_id if now[partner][0] == before[partner][0] else partner
                for partner in telling
                if now[partner][1] != before[partner][1]
            )
        )
        if changed:
            for model in self.env['vatportal.deadline'].sudo()._models():
                model._renew_concerned(model._vatportal_of_partners(changed))
        return result

    def _vatportal_buyers(self):
        """Partner → (who buys where these do, whether that one gets invoices by e-taxes)."""
        return {partner: (buyer := partner.sudo().commercial_partner_id, buyer._vatportal_gets_qaime()) for partner in self}

    @contextmanager
    def _vatportal_becoming_one(self, target):
        """What these partners have bought is due as that of the one which is left of them: the others are merged with it inside.

        :param target: which one that will be, if it is known; what it has bought itself is seen to by :meth:`write`
        """
        before = self._vatportal_buyers()
        alike = len({gets for _buyer, gets in before.values()}) < 2
        others = self.browse() if alike or not self.env['vatportal.connector']._begun() else self - (target or self.browse())
        models_due = self.env['vatportal.deadline'].sudo()._models()
        bought = {
            partner: [(model, model.with_context(active_test=False).search(model._vatportal_of_partners(partner)).ids) for model in models_due]
            for partner in others
        }
        yield
        left = self.exists()
        for partner in others - left:
            if before[partner][1] != left.sudo().commercial_partner_id._vatportal_gets_qaime():
                for model, ids in bought[partner]:
                    model._renew_concerned([('id', 'in', ids)])

    def _vatportal_gets_qaime(self):
        """Whether invoices to this partner go to e-taxes: a person without VÖEN gets none, nor does anybody abroad without a
        branch in Azerbaijan."""
        return bool(self.is_company or self.vat) and bool(not self.vatportal_is_abroad or self.vatportal_voen)

    def _vatportal_country(self):
        """The country that gave this partner its Tax ID: that of the address, else the one before the number; an empty
        one where neither tells."""
        if self.country_id:
            return self.country_id
        prefix = (self.vat or '').strip()[:2].upper()
        known = self.env['res.country'].search([('code', '=', prefix)]) if prefix.isalpha() else self.country_id
        return known

    def _vatportal_voen(self):
        """This partner's VÖEN, or what is to be one, without spaces and country code; '' for none."""
        return voen.normalize(self.vatportal_voen if self.vatportal_is_abroad else self.vat)

from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...vatportal import voen
from ..portal_values import clean
from .bill import BillQuestion

NAME_LENGTH = 200


class VatportalNewVendor(models.Model):
    """Tax numbers for which a partner was made here.

    Two transactions that meet a new vendor at the same moment can't see each other's partner. Both write the row of
    its number, so the second one fails as soon as the first is through, and Odoo runs it again.
    """

    _name = 'vatportal.new.vendor'
    _description = 'Vendor made of an e-taxes document'
    _inherit = ['vatportal.guard']
    _rec_name = 'number'

    number = fields.Char(required=True, readonly=True)

    _number_unique = models.UniqueIndex('(number)')

    @api.model
    def _claim(self, number):
        """:raises psycopg2.errors.SerializationFailure: somebody else has made this vendor in the meantime"""
        self.env.cr.execute(
            'INSERT INTO vatportal_new_vendor (number, create_date, write_date) '
            "VALUES (%s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC') "
            'ON CONFLICT (number) DO UPDATE SET write_date = EXCLUDED.write_date',
            [number],
            log_exceptions=False,
        )


class VatportalDocument(models.Model):
    """The partner of a document: by VÖEN, never by name."""

    _inherit = 'vatportal.document'

    def _counterparty(self):
        """(VÖEN, name) of the other side: the seller of what we received, the buyer of what we sent."""
        self.ensure_one()
        if self.direction == 'incoming':
            return voen.normalize(self.seller_vat), self.seller_name or ''
        return voen.normalize(self.buyer_vat), self.buyer_name or ''

    def _is_to_oneself(self):
        """Whether seller and buyer are one: goods that change their warehouse, say."""
        return bool(self.seller_vat) and voen.normalize(self.seller_vat) == voen.normalize(self.buyer_vat)

    @api.model
    def _own_voen(self, company):
        """The VÖEN under which ``company`` trades: its own, else that of the company whose branch it is."""
        numbers = [voen.normalize(relative.vat) for relative in company.sudo().parent_ids]
        return next((number for number in reversed(numbers) if number), '')

    @api.model
    def _no_voen_text(self, company):
        return self.env._("Set the VÖEN (Tax ID) of %s first: it tells which documents are the company's own.", company.display_name)

    @api.model
    def _taxpayer(self, company):
        """The company that has the documents of ``company``: a branch under its parent's VÖEN shares them with the parent,
        unless it has an account of its own at the portal."""
        own = self._own_voen(company)
        if not own or self.env['vatportal.connector']._default_for(company):
            return company
        return company.sudo().parent_ids.filtered(lambda relative: voen.normalize(relative.vat) == own)[:1].with_env(self.env)

    @api.model
    def _taxpayer_key(self, company):
        """What is the same for all companies that are one taxpayer: a company and the branches under its VÖEN, whichever of
        them sends or imports."""
        own = self._own_voen(company)
        return (company.sudo().root_id.id, own) if own else company.id

    @api.model
    def _taxpayer_above(self, company):
        """``company`` and those above it that are the same taxpayer."""
        key = self._taxpayer_key(company)
        return company.sudo().parent_ids.filtered(lambda relative: self._taxpayer_key(relative) == key)

    @api.model
    def _of_taxpayer(self, companies):
        """``companies`` and all that are the same taxpayers."""
        keys = {self._taxpayer_key(company) for company in companies}
        tree = companies.sudo().with_context(active_test=False).search([('id', 'child_of', companies.sudo().root_id.ids)])
        return tree.filtered(lambda company: self._taxpayer_key(company) in keys)

    @api.model
    def _partners_by_voen(self, company, numbers, archived=False, abroad=False):
        """Return a dict of VÖEN → partners that may be meant: companies rather than their contacts and branches, those
        of ``company`` rather than those of its parents, these rather than shared ones.

        A company that is archived is so for its contacts too, though these may be active still.

        :param archived: look for those that are archived instead
        :param abroad: look for a Tax ID of another country with these digits instead
        """
        numbers = sorted({number for number in numbers if voen.is_voen(number)})
        result = defaultdict(self.env['res.partner'].browse)
        if not numbers:
            return result
        Partner = self.env['res.partner'].sudo()
        for partner in self._partners_with(numbers, Domain(Partner._check_company_domain(company))):
            number, owner = partner._vatportal_voen(), partner.commercial_partner_id
            if abroad:
                number = partner.vatportal_is_abroad and not number and voen.normalize(partner.vat)
            if number in numbers and archived != (partner.active and owner.active):
                result[number] |= partner if archived and owner.active else owner
        for number, partners in result.items():
            nearest = max(len(partner.company_id.parent_ids) for partner in partners)
            result[number] = partners.filtered(lambda partner, nearest=nearest: len(partner.company_id.parent_ids) == nearest).sudo(False)
        return result

    @api.model
    def _partners_with(self, numbers, domain=Domain.TRUE):
        """All partners in ``domain``, archived ones too, in whose Tax ID or VÖEN are the digits of one of ``numbers``."""
        Partner = self.env['res.partner'].sudo()
        query = Partner.with_context(active_test=False)._search(domain & (Domain('vat', '!=', False) | Domain('vatportal_voen', '!=', False)))
        # As people type it: with the country's letters, spaces or dashes.
        query.add_where(
            SQL(
                '(%s)',
                SQL(' OR ').join(
                    SQL("regexp_replace(upper(%s), '^ *AZ|[^0-9A-Z]', '', 'g') = ANY(%s)", Partner._field_to_sql(query.table, name, query), list(numbers))
                    for name in ('vat', 'vatportal_voen')
                ),
            )
        )
        return Partner.browse(query)

    def _vendor_candidates(self):
        number, _name = self._counterparty()
        return self._partners_by_voen(self._bill_company(), [number])[number]

    def _archived_vendors(self):
        number, _name = self._counterparty()
        return self._partners_by_voen(self._bill_company(), [number], archived=True)[number]

    def _known_vendors(self):
        """The partners that may be the other side of this document, archived ones too."""
        return self.partner_id.commercial_partner_id | self._vendor_candidates() | self._archived_vendors()

    def _vendors_abroad(self):
        """Partners of other countries whose Tax ID has the same digits; it may be that of their branch in Azerbaijan."""
        number, _name = self._counterparty()
        return self._partners_by_voen(self._bill_company(), [number], abroad=True)[number]

    def _find_vendor(self):
        """The partner that is meant, created where nobody has this VÖEN.

        :raises BillQuestion: when several have it, or an archived one, or one abroad, or when it is
            no VÖEN at all
        """
        number, name = self._counterparty()
        if not voen.is_voen(number):
            raise BillQuestion(self.env._('“%(number)s” is no VÖEN (10 digits). Choose the partner %(name)s by hand.', number=number, name=name))
        candidates = self._vendor_candidates()
        if len(candidates) > 1:
            chosen = self._chosen_before(number) & candidates
            if not chosen:
                raise BillQuestion(
                    self.env._(
                        'Several partners have the VÖEN %(number)s: %(names)s. Choose one, or merge them.',
                        number=number,
                        names=', '.join(candidates.mapped('display_name')),
                    )
                )
            return chosen
        archived = not candidates and self._archived_vendors()
        if archived:
            raise BillQuestion(
                self.env._(
                    'The partner with the VÖEN %(number)s is archived: %(names)s. Take it out of the archive, or choose another one.',
                    number=number,
                    names=', '.join(archived.mapped('display_name')),
                )
            )
        abroad = not candidates and self._vendors_abroad()
        if abroad:
            raise BillQuestion(
                self.env._(
                    '%(names)s has the Tax ID %(number)s too, but in another country. If it is the VÖEN of its branch in '
                    'Azerbaijan, enter it on the contact, “VÖEN in Azerbaijan”; else choose the partner, or make one.',
                    number=number,
                    names=', '.join(abroad.mapped('display_name')),
                )
            )
        return candidates or self._create_vendor(number, name)

    def _chosen_before(self, number):
        """The partner that a person chose last for this VÖEN."""
        before = self.sudo().search(
            [('company_id', '=', self.company_id.id), ('seller_vat', '=', number), ('bill_partner_chosen', '=', True), ('id', '!=', self.id)],
            order='write_date desc, id desc',
            limit=1,
        )
        return before.partner_id.sudo(False)

    def _create_vendor(self, number, name):
        """A partner with the name and VÖEN of the document. Its country and check digits are e-taxes' business, so
        Odoo's own check of tax numbers does not apply."""
        self.env['vatportal.new.vendor']._claim(number)
        return (
            self.env['res.partner']
            .sudo()
            .with_context(no_vat_validation=True)
            .create(
                {
                    'name': ' '.join(clean(name).split())[:NAME_LENGTH] or number,
                    'vat': number,
                    'country_id': self.env.ref('base.az').id,
                    # The last digit tells a legal person (1) from a natural one (2).
                    'is_company': not number.endswith('2'),
                }
            )
            .sudo(False)
        )

    def _set_partners(self):
        """Write the partner on those that have none, where the VÖEN leaves no doubt. One question per company."""
        for company, documents in self.filtered(lambda document: not document.partner_id).grouped(lambda document: document._bill_company()).items():
            partners = self._partners_by_voen(company, [document._counterparty()[0] for document in documents])
            by_partner = defaultdict(list)
            for document in documents:
                found = partners[document._counterparty()[0]]
                if len(found) == 1:
                    by_partner[found.id].append(document.id)
            for partner_id, ids in by_partner.items():
                self.browse(ids).sudo().partner_id = partner_id

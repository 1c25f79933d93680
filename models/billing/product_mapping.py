import hashlib
from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ...vatportal.names import text_key
from ..account_tax import BESIDE_VAT
from ..amounts import decimal
from .books import Books

USAGES = [('purchase', 'Vendor bills'), ('sale', 'Customer credit notes')]
# What of a bill line is worth remembering when a person changes it, and by what its amount may show how many are in a unit.
LEARNT_FIELDS = {'product_id', 'account_id', 'tax_ids', 'product_uom_id'}
AMOUNT_FIELDS = {'price_unit', 'quantity', 'discount'}


class VatportalProductMapping(models.Model):
    """How the lines of one vendor are booked: learnt from the bills that people have corrected or confirmed.

    A line is known by the vendor's product code and by what the vendor calls the product; codes alone won't do, for
    one code of the national classifier covers many products. Managers may edit the list.
    """

    _name = 'vatportal.product.mapping'
    _description = 'e-taxes product mapping'
    _inherit = ['vatportal.guard']
    _order = 'partner_id, product_code, name'
    _check_company_auto = True

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one('res.partner', string='Vendor', required=True, ondelete='cascade', index=True)
    usage = fields.Selection(USAGES, required=True, default='purchase')
    product_code = fields.Char(string='Code', help='10-digit code of the national classifier, as the vendor gives it.')
    name = fields.Char(string="Vendor's Name of the Product", required=True)
    key = fields.Char(compute='_compute_key', store=True)
    product_id = fields.Many2one('product.product', ondelete='cascade', check_company=True)
    no_product = fields.Boolean(help='A person took the product off the line: none is looked for.')
    account_id = fields.Many2one('account.account', check_company=True, help="Empty: the product's, or the one that Odoo predicts.")
    tax_ids = fields.Many2many('account.tax', string='Taxes', check_company=True, help='Empty: chosen by the VAT column of the line.')
    uom_id = fields.Many2one('uom.uom', string='Unit', ondelete='restrict', help='Empty: the unit that the document names.')
    unit = fields.Char(string="Vendor's Unit", help='Unit and contents apply to lines that name this one.')
    unit_contains = fields.Float(
        string='Contains',
        digits=False,
        min_display_digits=0,
        help="How many of the unit, or of the product's own where there is none, are in one of the vendor's unit: the pieces "
        'in a box, say. Empty: nobody has said.',
    )

    _known_once = models.UniqueIndex(
        "(company_id, partner_id, usage, COALESCE(product_code, ''), md5(key))", 'This product of the vendor is in the list already.'
    )

    _contains_something = models.Constraint('CHECK (unit_contains >= 0)', 'Nothing contains less than nothing.')

    @api.depends('name')
    def _compute_key(self):
        for mapping in self:
            mapping.key = text_key(mapping.name)

    @api.model
    def _for_partner(self, company, partner, usage):
        """Return a dict of (code, folded name) → mapping for what is known of ``partner``."""
        mappings = self.sudo().search([('company_id', '=', company.id), ('partner_id', '=', partner.id), ('usage', '=', usage)])
        return {(mapping.product_code or '', mapping.key): mapping for mapping in mappings}

    @api.model
    def _make_way(self, sources, target):
        """The partners ``sources`` are about to become ``target``: of goods that several of them know, what ``target`` knows
        stays, else what was learnt last."""
        known, dropped = set(), []
        mappings = self.sudo().search([('partner_id', 'in', (sources + target).ids)])
        for mapping in mappings.sorted(lambda mapping: (mapping.partner_id == target, mapping.write_date, mapping.id), reverse=True):
            goods = (mapping.company_id, mapping.usage, mapping.product_code or '', mapping.key)
            if goods in known:
                dropped.append(mapping.id)
            known.add(goods)
        self.sudo().browse(dropped).unlink()

    def _counting(self, row):
        """(unit, how many of it are in one of the unit that the document line ``row`` names); (None, 1) where nobody has
        said."""
        product = self.product_id
        unit = self.uom_id or (self.unit_contains and product.uom_id)
        if not unit or text_key(self.unit) != text_key(row.unit) or (product and not product.active):
            return None, Decimal(1)
        return unit, decimal(self.unit_contains) or Decimal(1)

    @api.model
    def _say_contents(self, line, contents):
        """A person says how many of the unit of the bill ``line`` are in one of the document's: ``contents``, a float.

        :raises UserError: where it can't be remembered, for it is known neither of whom nor of what, or of a product in the archive
        """
        self._check_archived(line.product_id)
        self._learn(line)
        row, move = line.vatportal_line_id.sudo(), line.move_id
        known = self._for_partner(line.company_id, move.commercial_partner_id, 'sale' if move.is_sale_document() else 'purchase')
        mapping = known.get((row.product_code or '', text_key(row.name)))
        if not mapping:
            label = row.name or line.name or line.product_id.display_name
            raise UserError(
                self.env._(
                    "“%s”: how many are in it can't be remembered, for the bill has no vendor. Choose the vendor, or enter quantity and price on the bill.",
                    label,
                )
                if not move.commercial_partner_id
                else self.env._(
                    "“%s”: how many are in it can't be remembered, for the document does not name the goods of this line. Enter "
                    'quantity and price on the bill, and leave it out here.',
                    label,
                )
            )
        vals = {'unit': row.unit, 'uom_id': line.product_uom_id.id, 'unit_contains': contents}
        if mapping.product_id != line.product_id:
            # The goods have got another one since the bill was made; whoever answers speaks of this one.
            vals |= {'product_id': line.product_id.id, 'no_product': False, 'account_id': False}
        mapping.sudo().write(vals)

    def _check_archived(self, product):
        """:raises UserError: for an archived ``product``: no line gets it any more, so this one would lose it, and the goods whatever
        they have got in its place"""
        if product and not product.active:
            raise UserError(
                self.env._(
                    '“%s” is archived: choose another product on the line, or enter quantity and price there, and leave it out here.', product.display_name
                )
            )

    @api.model
    def _learn(self, lines, changed=frozenset(), removed=()):
        """Remember how the bill ``lines`` (``account.move.line``) are booked.

        :param changed: names of what a person has just changed of them; none where the bill is confirmed as it is
        :param removed: those of ``lines`` from which a person has just taken the product
        """
        lines = lines.filtered(lambda line: line._vatportal_is_of_row())
        for move, move_lines in lines.grouped('move_id').items():
            if move.commercial_partner_id:
                self._learn_bill(move, move_lines, changed, removed)

    def _learn_bill(self, move, lines, changed, removed):
        partner, company = move.commercial_partner_id, move.company_id
        usage = 'sale' if move.is_sale_document() else 'purchase'
        known = self._for_partner(company, partner, usage)
        document = lines.sudo().vatportal_line_id.document_id[:1].with_company(company)
        books = Books(document, usage, move.fiscal_position_id)
        new = {}
        for line in lines:
            source = line.vatportal_line_id.sudo()
            key = (source.product_code or '', text_key(source.name))
            if not key[1]:
                continue
            vals = line._vatportal_learnt_vals(known.get(key, self.browse()), changed, line in removed, books)
            if key in known:
                changes = {name: value for name, value in vals.items() if _differs(known[key], name, value)}
                if changes:
                    known[key].write(changes)
            else:
                new[key] = {'company_id': company.id, 'partner_id': partner.id, 'usage': usage, 'product_code': key[0], 'name': source.name, **vals}
        try:
            with self.env.cr.savepoint():
                self.sudo().create(list(new.values()))
        except UniqueViolation:
            # Odoo runs this again, and then it is known.
            raise ConcurrencyError(self.env._('Somebody else is at a bill of %s at this moment.', partner.display_name)) from None


class VatportalDocumentLine(models.Model):
    _inherit = 'vatportal.document.line'

    def _goods_mark(self):
        """A short text that is the same for the same goods of a vendor."""
        text = f'{self.product_code or ""}\n{text_key(self.name)}'
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _differs(mapping, name, value):
    present = mapping[name]
    if name == 'tax_ids':
        return present.ids != value[0][2]
    return (present.id if name.endswith('_id') else present) != value


class AccountMoveLine(models.Model):
    _name = 'account.move.line'
    _inherit = ['account.move.line', 'vatportal.guard']

    # Given where a bill is made, which is done with the rights of whoever makes it.
    _vatportal_given_fields = ('vatportal_line_id', 'vatportal_line_mark')

    vatportal_line_id = fields.Many2one(
        'vatportal.document.line', string='e-taxes Line', readonly=True, copy=False, ondelete='set null', index='btree_not_null'
    )
    vatportal_line_mark = fields.Char(
        readonly=True, copy=False, help='Tells the goods on the e-taxes line of which this line was made.', string='Mark of the Item at e-taxes'
    )

    def _vatportal_is_of_row(self):
        """Whether the row still is about the goods of which this line was made: a correction at e-taxes writes other
        goods over it."""
        return self.vatportal_line_mark in (False, self.vatportal_line_id.sudo()._goods_mark())

    def write(self, vals):
        """Learn from what people change on bills that were made of e-taxes documents."""
        ours = self.filtered('vatportal_line_id') if self._vatportal_is_watched(vals) else self.browse()
        if not ours:
            return super().write(vals)
        if ours != self:
            (self - ours).write(vals)
            return ours.write(vals)
        had_product = self.filtered('product_id')
        result = super().write(vals)
        lines = self if LEARNT_FIELDS & vals.keys() else self.filtered(lambda line: line.product_id and line._vatportal_typed_contents())
        self.env['vatportal.product.mapping']._learn(lines, vals.keys(), removed=had_product.filtered(lambda line: not line.product_id))
        return result

    def _vatportal_is_watched(self, vals):
        return bool((LEARNT_FIELDS | AMOUNT_FIELDS) & vals.keys() and not self.env.context.get('vatportal_billing'))

    def _vatportal_learnt_vals(self, mapping, changed, removed, books):
        """Return the values of a mapping for this line: of what a person has ``changed``, what Odoo would not come to by itself.

        Product and unit are learnt as well where nothing is known of them. All else was made with what was true then: on an old
        draft that is no longer what people say.
        """
        self.ensure_one()
        vals = {}
        if 'product_id' in changed or not (mapping.product_id or mapping.no_product):
            vals = {'product_id': self.product_id.id, 'no_product': not self.product_id and (removed or mapping.no_product)}
        # Under simplified taxation nothing is said of the taxes of a payer of VAT.
        if 'tax_ids' in changed and not books.simplified:
            vals['tax_ids'] = [fields.Command.set(self._vatportal_learnt_taxes(books).ids)]
        # One in the archive is no product that the goods have: no line gets it any more.
        has_one = mapping.product_id.active or mapping.no_product
        if 'product_id' not in vals and has_one and mapping.product_id != self.product_id:
            return vals  # neither the account of one product nor what is in a box of it is that of another
        if changed & {'product_id', 'account_id'}:
            vals['account_id'] = self._vatportal_learnt_account(changed)
        unit = self._vatportal_learnt_unit(mapping, books.units)
        counted = changed & AMOUNT_FIELDS and (unit.get('uom_id') or unit.get('unit_contains'))
        if changed & {'product_id', 'product_uom_id'} or counted or not (mapping.uom_id or mapping.unit_contains):
            vals |= unit
        return vals

    def _vatportal_learnt_account(self, changed):
        """The id of the account that a person chose; False for the one that Odoo would take."""
        if not self.product_id:
            return 'account_id' in changed and self.account_id.id
        usual = self.new({'account_id': False}, origin=self)
        usual._compute_account_id()
        return self.account_id != usual.account_id._origin and self.account_id.id

    def _vatportal_learnt_taxes(self, books):
        """The taxes that a person chose; none for those that the line would get by its VAT column."""
        taxes, usual = (
            self.tax_ids.filtered(lambda tax: tax.active and not tax._vatportal_categories() & BESIDE_VAT),
            books.usual_taxes(self.vatportal_line_id.sudo()),
        )
        return taxes.browse() if usual is None or taxes == usual else taxes

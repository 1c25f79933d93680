from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..vatportal.names import text_key


class VatportalUnitWizard(models.TransientModel):
    """How many pieces are in a vendor's box: asked once for each of its products."""

    _name = 'vatportal.unit.wizard'
    _inherit = ['vatportal.guard']
    _description = 'Contents of the units of a vendor'

    move_id = fields.Many2one('account.move', required=True, readonly=True, ondelete='cascade')
    line_ids = fields.One2many('vatportal.unit.wizard.line', 'wizard_id')

    @api.constrains('move_id', 'line_ids')
    def _check_move_id(self):
        """What is shown of the lines is read for whoever may write their bill."""
        for wizard in self:
            wizard.move_id.check_access('write')
            if wizard.line_ids.line_id.sudo().move_id - wizard.move_id:
                raise AccessError(self.env._('A line of another bill.'))

    def action_apply(self):
        """Remember what was said, and count the lines of the draft anew.

        :raises UserError: where nothing was said, or the bill is no draft any more
        """
        self.ensure_one()
        self.move_id.check_access('write')
        said = self.line_ids.filtered('contains')
        if not said:
            raise UserError(self.env._('Enter how many are in it, on one line at least.'))
        if self.move_id.state != 'draft':
            raise UserError(self.env._('%s is confirmed. Reset it to draft first.', self.move_id.display_name))
        for lines in said._apart():
            for line in lines:
                self.env['vatportal.product.mapping']._say_contents(line.line_id, line.contains)
            self.move_id._vatportal_recount(lines.line_id.vatportal_line_id.sudo())
        return {'type': 'ir.actions.act_window_close'}


class VatportalUnitWizardLine(models.TransientModel):
    _name = 'vatportal.unit.wizard.line'
    _inherit = ['vatportal.guard']
    _description = 'Contents of a unit of a vendor'

    wizard_id = fields.Many2one('vatportal.unit.wizard', required=True, ondelete='cascade')
    line_id = fields.Many2one('account.move.line', required=True, readonly=True, ondelete='cascade')
    product_id = fields.Many2one(related='line_id.product_id', related_sudo=False)
    name = fields.Char(compute='_compute_row', string='On the Document')
    quantity = fields.Float(compute='_compute_row', digits=False, min_display_digits=0)
    unit = fields.Char(compute='_compute_row', string="Vendor's Unit")
    contains = fields.Float(digits=False, min_display_digits=0, help="How many of our unit are in one of the vendor's.")
    uom_id = fields.Many2one(related='line_id.product_uom_id', related_sudo=False, string='Our Unit')
    result = fields.Float(compute='_compute_result', string='On the Bill', digits='Product Unit')

    @api.constrains('wizard_id', 'line_id')
    def _check_line_id(self):
        self.wizard_id._check_move_id()

    _contains_something = models.Constraint('CHECK (contains >= 0)', 'Nothing contains less than nothing.')

    def _apart(self):
        """These lines in parts, each with one answer at most for the same goods: of these one is remembered."""
        answers, parts = defaultdict(list), defaultdict(self.browse)
        for line in self:
            of_goods = answers[line.line_id.vatportal_line_id.sudo()._goods_mark()]
            answer = (line.product_id, text_key(line.unit), line.contains)
            if answer not in of_goods:
                of_goods.append(answer)
            parts[of_goods.index(answer)] += line
        return parts.values()

    @api.depends('line_id')
    def _compute_row(self):
        for line in self:
            row = line.line_id.vatportal_line_id.sudo()
            line.name, line.quantity, line.unit = row.name, row.quantity, row.unit

    @api.depends('quantity', 'contains')
    def _compute_result(self):
        for line in self:
            line.result = line.quantity * line.contains

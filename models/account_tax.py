from odoo import fields, models

# The VAT columns of a qaimə into which a line's base can fall, and the two taxes beside VAT.
VAT_CATEGORIES = ('vat', 'zero', 'exempt', 'not_subject')


class AccountTax(models.Model):
    _inherit = 'account.tax'

    vatportal_category = fields.Selection(
        selection=[
            ('vat', 'VAT 18 %'),
            ('zero', 'VAT 0 %'),
            ('exempt', 'Exempt from VAT'),
            ('not_subject', 'Not subject to VAT'),
            ('excise', 'Excise'),
            ('road', 'Road tax'),
        ],
        string='e-taxes Category',
        help='The column of the electronic invoice (qaimə) into which this tax or its base goes. On a group '
        'of taxes the category is set on the taxes inside the group.',
    )

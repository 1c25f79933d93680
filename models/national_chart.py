"""The chart of accounts for Azerbaijan, ``l10n_az``, as it numbers its taxes: what each of them is on a qaimə.

It need not be installed. Where a company has it, nothing is to be configured, and none of its taxes is created, renamed or
given a category; a category that a person sets on one of them comes first.
"""

import re

# ``res.company.chart_template`` of a company that has it.
CHART = 'az'
# XML ids are ``account.<company id>_<id>``.
_XML_ID = re.compile(r'\d+_(az_tax_\w+)')

# Id → the VAT columns that its base may stand in. Exempt and zero-rated purchases share one tax. A tax "not subject to VAT" there is
# none: a line without any tax says that.
COLUMNS = {
    'az_tax_sale_vat_18': {'vat'},
    'az_tax_sale_vat_18_a': {'vat'},
    'az_tax_sale_vat_18_m': {'vat'},
    'az_tax_sale_vat_0_rec': {'zero'},
    'az_tax_sale_vat_0': {'zero'},
    'az_tax_sale_vat_0_e_rec': {'exempt'},
    'az_tax_sale_vat_0_e': {'exempt'},
    'az_tax_purchase_vat_18': {'vat'},
    'az_tax_purchase_vat_18_c': {'vat'},
    'az_tax_purchase_vat_18_i': {'vat'},
    'az_tax_purchase_vat_18_u': {'vat'},
    'az_tax_purchase_vat_0': {'zero', 'exempt'},
}
# What decides between these and the usual tax is known to a person alone: resale of agricultural products, mark-up; paid in cash,
# invalid, not for taxable use; the latter three can't be deducted.
UNDEDUCTED = {'az_tax_purchase_vat_18_c', 'az_tax_purchase_vat_18_i', 'az_tax_purchase_vat_18_u'}
BY_HAND = {'az_tax_sale_vat_18_a', 'az_tax_sale_vat_18_m'} | UNDEDUCTED
# Withholding, reverse charge and customs: between the company and the state, never on a qaimə.
_OUTSIDE = re.compile(r'az_tax_(wht_\w+|purchase_vat_\w+_(rc|import\w*))')


def tax_id(xml_id):
    """The chart's own id of a tax, such as ``az_tax_sale_vat_18``, or False; ``xml_id`` without its module."""
    found = _XML_ID.fullmatch(xml_id or '')
    return found[1] if found else False


def is_outside(chart_id):
    """Whether the tax of this id in the chart stands on no qaimə."""
    return bool(chart_id and _OUTSIDE.fullmatch(chart_id))

from typing import NamedTuple


class LineTaxes(NamedTuple):
    """What the taxes of a line say of it on a qaimə, whatever the line is: ``flat``, the taxes themselves, groups taken apart;
    ``inside``, whether one of them is part of the e-invoice; ``columns``, the VAT columns that they name; ``included``, whether one is
    included in the price; ``unknown``, the first of which e-taxes can't be told what it is; ``odd``, the first that has an amount
    and a column without VAT."""

    flat: object
    inside: bool
    columns: set
    included: bool
    unknown: object
    odd: object


class TaxesOfLines(dict):
    """``account.tax`` of a line → :class:`LineTaxes`, looked at once: most lines of an invoice bear the same."""

    def __missing__(self, taxes):
        flat = taxes._vatportal_flat()
        self[taxes] = said = LineTaxes(
            flat=flat,
            inside=bool(flat - flat._vatportal_outside()),
            columns=flat._vatportal_own_columns(),
            included=any(flat.mapped('price_include')),
            unknown=flat._vatportal_unknown()[:1],
            odd=flat.filtered(lambda tax: tax.amount and tax._vatportal_categories() & {'zero', 'exempt', 'not_subject'})[:1],
        )
        return said

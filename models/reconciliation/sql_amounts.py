"""SQL of the reconciliation, second part: what the books and e-taxes say of each pair, in AZN; returns are negative.

On Odoo's side the journal items tell: a base is whatever has a tax of a VAT column, an excise on which VAT is due included;
VAT is every tax that is neither excise nor road tax, nor beside the qaimə. So a tax that is due when it is paid counts with
its invoice, as on the qaimə, and the entries that move it at the payment do not count.
"""

# How the pair was taxed, whatever the company is today: under simplified taxation the entry names no VAT, and the document has none, or
# all of it was put into the prices of its bill.
_TAXATION = """
    SELECT pair.simplified, company.bare AND NOT pair.simplified AS bare
      FROM (
          SELECT company.simplified OR fact.posted AND fact.stands
             AND (in_prices.amount != 0 OR COALESCE(GREATEST(
                     ABS(document.amount_vat_base), ABS(document.amount_zero), ABS(document.amount_exempt), ABS(document.amount_not_subject),
                     ABS(document.amount_vat)), 0) = 0)
             AND NOT EXISTS (
                 SELECT FROM account_move_line line
                   JOIN account_move_line_account_tax_rel rel ON rel.account_move_line_id = line.id
                   JOIN tax ON tax.id = rel.account_tax_id AND tax.vat_column IS NOT NULL
                  WHERE line.move_id = fact.move_id
             ) AS simplified
      ) pair
"""

# The column of one journal item: that of its taxes, where they name one. In the national chart, and in an advance that was sent, no tax says
# "not subject".
_COLUMN = """
    SELECT CASE WHEN COUNT(DISTINCT tax.vat_column) = 1 THEN MIN(tax.vat_column)
                WHEN COUNT(DISTINCT tax.vat_column) = 0 AND (taxation.bare OR document.is_advance AND document.direction = 'outgoing')
                     AND BOOL_AND(tax.id IS NULL OR tax.outside) AND line.display_type = 'product' THEN 'not_subject'
                WHEN COUNT(rel.account_tax_id) = 0 AND line.display_type = 'epd' THEN 'not_subject' END AS vat_column
      FROM (SELECT) one
      LEFT JOIN account_move_line_account_tax_rel rel ON rel.account_move_line_id = line.id
      LEFT JOIN tax ON tax.id = rel.account_tax_id
"""

_ITEMS = f"""
    SELECT CASE WHEN line.company_currency_id = %(azn)s THEN line.balance
                WHEN line.currency_id = %(azn)s THEN line.amount_currency END * CASE WHEN fact.side = 'sale' THEN -1 ELSE 1 END AS amount,
           line.display_type,
           column_of.vat_column,
           levy.creditable,
           line.display_type = 'tax' AND levy.road AS is_road,
           line.display_type = 'non_deductible_tax' OR line.display_type = 'tax' AND levy.beside IS NOT TRUE AS is_vat
      FROM account_move_line line
      LEFT JOIN tax levy ON levy.id = line.tax_line_id
      CROSS JOIN LATERAL ({_COLUMN}) column_of
     WHERE line.move_id = fact.move_id AND fact.posted
       AND line.display_type NOT IN ('payment_term', 'line_section', 'line_subsection', 'line_note', 'cogs')
       -- What can't be deducted goes from one account to another: both items together are nothing.
       AND line.display_type NOT IN ('non_deductible_product', 'non_deductible_product_total')
       AND levy.outside IS NOT TRUE
       -- What is paid by gift card or eWallet is no discount; see AccountMoveLine._vatportal_pays_with().
       AND (line.display_type = 'product' AND line.product_id = ANY(%(paid_by)s::integer[])
            AND NOT EXISTS (SELECT FROM account_move_line_account_tax_rel rel WHERE rel.account_move_line_id = line.id)) IS NOT TRUE
"""


def _sum(condition):
    return f'COALESCE(SUM(amount) FILTER (WHERE {condition}), 0)'


# One tax may stand for two columns ('either'): the document tells which.
_BOOKS = f"""
    SELECT {_sum('TRUE')} AS total,
           {_sum('is_vat')} AS vat,
           {_sum('is_vat AND creditable')} AS creditable_vat,
           {_sum('is_road')} AS road,
           {_sum("vat_column = 'vat'")} AS vat_base,
           {_sum("vat_column = 'zero'")} AS zero,
           {_sum("vat_column = 'exempt'")} AS exempt,
           {_sum("vat_column = 'not_subject'")} AS not_subject,
           {_sum("vat_column = 'either'")} AS either,
           ABS({_sum("display_type = 'rounding'")}) AS rounding,
           COUNT(*) AS items
      FROM ({_ITEMS}) item
"""

# A final invoice of which nothing remains shows the advance's figures at e-taxes; they count there.
_SIGN = """
    SELECT CASE WHEN NOT fact.stands THEN 0
                WHEN fact.posted AND document.advance_id IS NOT NULL AND books.total = 0 THEN 0
                WHEN document.amount_total < 0 THEN 1
                WHEN fact.takes_back THEN -1
                ELSE 1 END AS value
"""


def _etaxes(name):
    return f'COALESCE(sign.value * ROUND(document.amount_{name}::numeric, 2), 0)'


# VAT that the bill of a document has among its prices, for it can't be deducted there.
_VAT_IN_PRICES = """
    SELECT COALESCE(SUM((note ->> 'vat')::numeric), 0) AS amount
      FROM JSONB_ARRAY_ELEMENTS(CASE WHEN JSONB_TYPEOF(document.bill_notes) = 'array' THEN document.bill_notes END) note
"""

# Where a line without a tax says *not subject to VAT*, road tax that is booked as no tax or was paid in advance, and rounding, which are lines
# without a tax, say nothing: so much of what goes beyond the document's column is theirs.
_UNTAXED = f"""
    SELECT CASE WHEN NOT taxation.bare OR NOT fact.stands THEN 0
                WHEN beyond.amount BETWEEN LEAST(road.amount, 0) - %(rounding)s AND GREATEST(road.amount, 0) + %(rounding)s THEN beyond.amount
                ELSE road.amount END AS amount
      FROM (SELECT books.not_subject - {_etaxes('not_subject')} AS amount) beyond,
           (SELECT {_etaxes('road')} - books.road AS amount) road
"""

_IS_LOWERED = 'EXISTS (SELECT FROM vatportal_document_lowering_rel lowering WHERE lowering.vatportal_document_id = document.id)'

AMOUNT = f"""
    SELECT fact.*, taxation.simplified, company.since, company.taxpayer,
           books.total AS books_total, books.vat AS books_vat, books.vat_base AS books_vat_base,
           books.not_subject - untaxed.amount AS books_not_subject,
           books.zero + CASE WHEN fact.stands THEN split.zero ELSE 0 END AS books_zero,
           books.exempt + CASE WHEN fact.stands THEN books.either - split.zero ELSE 0 END AS books_exempt,
           books.creditable_vat,
           {_etaxes('total')} AS etaxes_total, {_etaxes('vat')} AS etaxes_vat, {_etaxes('vat_base')} AS etaxes_vat_base,
           {_etaxes('zero')} AS etaxes_zero, {_etaxes('exempt')} AS etaxes_exempt, {_etaxes('not_subject')} AS etaxes_not_subject,
           sign.value * in_prices.amount AS vat_in_prices,
           -- What was lowered at e-taxes is compared with the bill less its credit notes, which have rows of their own; see VatportalDocument._lowering().
           fact.posted AND fact.stands AND {_IS_LOWERED} AS lowered,
           document.amount_differs AS lowered_differs,
           -- Rows are rounded one by one here, and perhaps not there.
           0.005 * (books.items + 1) + books.rounding + in_prices.amount AS tolerance
      FROM fact
      JOIN company ON company.id = fact.company_id
      LEFT JOIN vatportal_document document ON document.id = fact.document_id
      CROSS JOIN LATERAL ({_VAT_IN_PRICES}) in_prices
      CROSS JOIN LATERAL ({_TAXATION}) taxation
      CROSS JOIN LATERAL ({_BOOKS}) books
      CROSS JOIN LATERAL ({_SIGN}) sign
      CROSS JOIN LATERAL ({_UNTAXED}) untaxed
      CROSS JOIN LATERAL (
          SELECT SIGN(books.either) * LEAST(ABS(books.either), ABS({_etaxes('zero')} - books.zero)) AS zero
      ) split
"""

_BASES = ('vat_base', 'zero', 'exempt', 'not_subject')


def _other(side):
    return f'{side}_total - {side}_vat - ' + ' - '.join(f'{side}_{name}' for name in _BASES) + f' AS {side}_other'


# Whether both sides agree. Under simplified taxation VAT is part of the price, and the books have no columns.
DIFFERENCE = f"""
    SELECT amount.*, {_other('books')}, {_other('etaxes')},
           CASE WHEN lowered THEN lowered_differs
                ELSE posted AND stands AND (
                    ABS(books_total - etaxes_total) >= 0.005
                    OR NOT simplified AND (
                        ABS(books_vat - etaxes_vat + vat_in_prices) >= 0.005
                        OR {' OR '.join(f'ABS(books_{name} - etaxes_{name}) > tolerance' for name in _BASES)}
                    )
                ) END AS differs,
           posted AND stands AND DATE_TRUNC('month', books_date) != DATE_TRUNC('month', etaxes_date) AS other_month,
           CASE WHEN ABS(books_vat_base - etaxes_vat_base) > tolerance THEN 'vat_base'
                WHEN ABS(books_zero - etaxes_zero) > tolerance THEN 'zero'
                WHEN ABS(books_exempt - etaxes_exempt) > tolerance THEN 'exempt'
                WHEN ABS(books_not_subject - etaxes_not_subject) > tolerance THEN 'not_subject'
                WHEN ABS(books_vat - etaxes_vat + vat_in_prices) >= 0.005 THEN 'vat'
                ELSE 'other' END AS first_column
      FROM amount
"""

# By how much the sides differ in VAT and in each of its columns, as text, so that it can be compared with what there was.
COLUMN_DIFFERENCES = f"""
    CONCAT_WS(' ', ROUND(found.books_vat - found.etaxes_vat + found.vat_in_prices, 2),
              {', '.join(f'ROUND(found.books_{name} - found.etaxes_{name}, 2)' for name in _BASES)})
"""

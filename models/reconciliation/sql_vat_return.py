"""SQL of the VAT return's lines, over ``found`` of the reconciliation: a row for each figure, each with its document or entry."""

# Of what a line of the return consists.
_GROUP = "CASE WHEN found.is_return THEN 'return' WHEN found.is_advance THEN 'advance' ELSE 'usual' END"

# A pair's amounts by column: (column, at e-taxes: base, VAT; in the books: base, VAT, of that creditable).
_COLUMNS = """
    LATERAL (VALUES
        ('vat', 0, etaxes_vat_base, etaxes_vat, books_vat_base, books_vat, creditable_vat),
        ('zero', 1, etaxes_zero, 0, books_zero, 0, 0),
        ('exempt', 2, etaxes_exempt, 0, books_exempt, 0, 0),
        ('not_subject', 3, etaxes_not_subject, 0, books_not_subject, 0, 0),
        ('other', 4, etaxes_other, 0, books_other, 0, 0)
    ) part(vat_column, number, etaxes_base, etaxes_vat, books_base, books_vat, creditable_vat)
"""
_ANY = 'part.etaxes_base != 0 OR part.etaxes_vat != 0 OR part.books_base != 0 OR part.books_vat != 0'

# VAT that was bought is creditable where it stands on a qaimə and is booked as such; paying it is looked at beside it.
# A credit note that lowers a bill as its qaimə was lowered takes back what was.
_ON_QAIME = "(found.stands OR found.lone_reason = 'lowered')"
_CREDITABLE = f"""
    CASE WHEN found.side = 'sale' OR part.vat_column != 'vat' THEN NULL
         WHEN found.posted AND {_ON_QAIME} AND part.creditable_vat != 0 THEN 'yes' ELSE 'no' END
"""

# What nobody sells and nobody buys: goods that stay with the company, and those of which no entry is made when they are received.
_COUNTS = "NOT found.is_own AND (found.lone_reason IS DISTINCT FROM 'kind' OR found.is_advance)"

# In the month of the entry, and of the qaimə.
OF_DOCUMENTS = f"""
    SELECT (CASE WHEN found.posted THEN found.move_id ELSE found.document_id END::bigint * 8
            + CASE WHEN found.posted THEN half.number ELSE 1 END) * 64 + part.number AS id,
           found.company_id, found.side, {_GROUP} AS operation, part.vat_column, {_CREDITABLE} AS creditable,
           CASE WHEN found.posted AND half.books = 1 THEN found.books_date ELSE found.etaxes_date END AS date,
           found.move_id, found.document_id, found.kind_id, found.partner_id,
           of_qaime.share * part.etaxes_base AS etaxes_base, of_qaime.share * part.etaxes_vat AS etaxes_vat,
           half.books * part.books_base AS books_base, half.books * part.books_vat AS books_vat,
           half.books * CASE WHEN found.side = 'purchase' AND {_ON_QAIME} THEN part.creditable_vat ELSE 0 END AS creditable_vat,
           0 AS tag_base, 0 AS tag_vat, 0 AS paid_base, 0 AS paid_vat, NULL::text AS tags
      FROM found
      CROSS JOIN (VALUES ('both', 1, 1, 0), ('books', 1, 0, 0), ('etaxes', 0, 1, 2)) half(name, books, etaxes, number)
      CROSS JOIN LATERAL (SELECT CASE WHEN {_COUNTS} THEN half.etaxes ELSE 0 END AS share) of_qaime
      CROSS JOIN {_COLUMNS}
     WHERE (half.name = 'both') = (found.other_month IS NOT TRUE) AND ({_ANY}) AND (found.posted OR {_COUNTS})
"""

# What was paid, by the share of the invoice in its own currency. Neither a credit note that is set off nor a difference of
# exchange rates is a payment. It counts with the qaimə's figures, else with those of the books,
# as it does where the qaimə was lowered: what is paid is a share of the bill as it was.
OF_PAYMENTS = f"""
    SELECT (partial.id::bigint * 8 + 3) * 64 + part.number, found.company_id, found.side, {_GROUP}, part.vat_column, {_CREDITABLE},
           partial.max_date, found.move_id, found.document_id, found.kind_id, found.partner_id,
           0, 0, 0, 0, 0, 0, 0,
           paid.share * CASE WHEN found.stands AND NOT found.lowered THEN part.etaxes_base ELSE part.books_base END,
           paid.share * CASE WHEN found.stands AND NOT found.lowered THEN part.etaxes_vat ELSE part.books_vat END,
           NULL
      FROM found
      CROSS JOIN LATERAL (
          SELECT ABS(SUM(line.amount_currency)) AS total FROM account_move_line line
           WHERE line.move_id = found.move_id AND line.display_type = 'payment_term'
      ) term
      JOIN account_move_line line ON line.move_id = found.move_id AND line.display_type = 'payment_term'
      JOIN account_partial_reconcile partial ON line.id IN (partial.debit_move_id, partial.credit_move_id)
      JOIN account_move_line other ON other.id = partial.debit_move_id + partial.credit_move_id - line.id
      JOIN account_move paying ON paying.id = other.move_id AND paying.move_type NOT IN %(move_types)s
      CROSS JOIN LATERAL (
          SELECT CASE WHEN line.id = partial.debit_move_id THEN partial.debit_amount_currency ELSE partial.credit_amount_currency END
                 / NULLIF(term.total, 0) AS share
      ) paid
      CROSS JOIN {_COLUMNS}
     WHERE found.posted AND ({_ANY})
       AND NOT EXISTS (SELECT FROM account_partial_reconcile exchanged WHERE exchanged.exchange_move_id = paying.id)
"""

# What the tax report of the chart adds up: items with its tags, in the month in which they are booked. Those of a tax that is
# due on payment are on the entries of the payment. An invoice tells its side; a tax does only where there is none, for those
# within a group are of neither.
OF_TAGS = """
    SELECT (line.id::bigint * 8 + 4) * 64, line.company_id, of_entry.side,
           CASE WHEN of_entry.move_type IN ('out_refund', 'in_refund') THEN 'return'
                WHEN COALESCE(invoice.vatportal_is_advance, move.vatportal_is_advance) THEN 'advance' ELSE 'usual' END,
           CASE WHEN of_item.beside THEN 'other' WHEN line.tax_line_id IS NOT NULL THEN 'vat' WHEN of_item.vat_column = 'either' THEN 'other'
                ELSE COALESCE(of_item.vat_column, 'other') END,
           NULL, line.date, COALESCE(invoice.id, move.id), COALESCE(invoice.vatportal_bill_document_id, invoice.vatportal_document_id,
               move.vatportal_bill_document_id, move.vatportal_document_id), NULL::integer, line.partner_id,
           0, 0, 0, 0, 0,
           CASE WHEN line.tax_line_id IS NULL THEN signed.amount ELSE 0 END, CASE WHEN line.tax_line_id IS NULL THEN 0 ELSE signed.amount END,
           0, 0, tagged.names
      FROM account_move_line line
      JOIN account_move move ON move.id = line.move_id AND move.state = 'posted'
      JOIN company ON company.id = line.company_id
      LEFT JOIN account_move invoice ON invoice.id = move.tax_cash_basis_origin_move_id
      CROSS JOIN LATERAL (
          SELECT MIN(tax.vat_column) AS vat_column, MIN(tax.use) AS use, BOOL_OR(tax.beside) AND line.tax_line_id IS NOT NULL AS beside
            FROM tax LEFT JOIN account_move_line_account_tax_rel rel ON rel.account_tax_id = tax.id AND rel.account_move_line_id = line.id
           WHERE tax.id = line.tax_line_id OR line.tax_line_id IS NULL AND rel.account_tax_id IS NOT NULL
      ) of_item
      CROSS JOIN LATERAL (
          SELECT STRING_AGG(COALESCE(tag.name ->> 'en_US', ''), ', ' ORDER BY tag.id) AS names
            FROM account_account_tag_account_move_line_rel rel
            JOIN account_account_tag tag ON tag.id = rel.account_account_tag_id AND tag.applicability = 'taxes'
           WHERE rel.account_move_line_id = line.id
      ) tagged
      CROSS JOIN LATERAL (SELECT COALESCE(invoice.move_type, move.move_type) AS move_type) typed
      CROSS JOIN LATERAL (
          SELECT typed.move_type, CASE WHEN LEFT(typed.move_type, 3) = 'out' THEN 'sale'
                                       WHEN LEFT(typed.move_type, 3) = 'in_' THEN 'purchase'
                                       WHEN of_item.use = 'sale' THEN 'sale' ELSE 'purchase' END AS side
      ) of_entry
      CROSS JOIN LATERAL (SELECT line.balance * CASE WHEN of_entry.side = 'sale' THEN -1 ELSE 1 END AS amount) signed
     WHERE tagged.names IS NOT NULL
"""

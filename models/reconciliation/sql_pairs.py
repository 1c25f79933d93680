"""SQL of the reconciliation, first part: which entries and documents belong together, and what is known of each pair.

A *pair* is a posted entry with its document, if it has one; or a document that stands, of which no entry is posted.
Parameters are those of :func:`.query.parameters`. Each constant is the body of the common table expression of its name.
"""


def stands(document):
    """SQL: whether the record of that alias counts: it is registered, the company's own, and in force."""
    return f"{document}.state = 'registered' AND {document}.is_foreign IS NOT TRUE AND COALESCE({document}.status, '') NOT IN %(final)s"


STANDS = stands('document')

# A branch and its parent may both have read a document. Of those that stand the record counts whose entry is posted, else
# the one that has an entry, else the first: exactly one of them.
_IS_COPY = f"""
    EXISTS (
        SELECT FROM vatportal_document other
          JOIN company own ON own.id = document.company_id
          JOIN company relative ON relative.taxpayer = own.taxpayer AND relative.id = other.company_id AND relative.id != own.id
          LEFT JOIN account_move theirs ON theirs.id = other.move_id AND theirs.state != 'cancel'
         WHERE other.qaime = document.qaime AND other.direction = document.direction
           AND {stands('other')}
           AND (theirs.state IS NOT DISTINCT FROM 'posted', theirs.id IS NOT NULL, -other.id)
             > (move.state IS NOT DISTINCT FROM 'posted', move.id IS NOT NULL AND move.state != 'cancel', -document.id)
    )
"""

# Where both have posted an entry, the second one books what is booked already.
PAIR = f"""
    SELECT move.id AS move_id, document.id AS document_id, TRUE AS posted, {_IS_COPY} AS is_copy
      FROM account_move move
      LEFT JOIN vatportal_document document ON document.id = COALESCE(move.vatportal_bill_document_id, move.vatportal_document_id)
     WHERE move.state = 'posted' AND move.move_type IN %(move_types)s
 UNION ALL
    SELECT move.id, document.id, FALSE, FALSE
      FROM vatportal_document document
      LEFT JOIN account_move move ON move.id = document.move_id
     WHERE {STANDS} AND (move.id IS NULL OR move.state != 'posted') AND NOT {_IS_COPY}
"""

# What is sold, less what customers return, is of the sales; what is bought, less what is given back, of the purchases. XML of
# another layout may name no kind.
_SIDE = """
    CASE WHEN LEFT(move.move_type, 3) = 'out' THEN 'sale'
         WHEN LEFT(move.move_type, 3) = 'in_' THEN 'purchase'
         WHEN (document.direction = 'outgoing') = COALESCE(kind.code IN %(returns)s, FALSE) THEN 'purchase'
         ELSE 'sale' END
"""

# The sign of a document that no entry gives one.
_IS_RETURN = "CASE WHEN pair.posted THEN move.move_type IN ('out_refund', 'in_refund') ELSE kind.code IN %(returns)s OR kind.booking = 'refund' END"

# Whether the document takes something back: as its entry does, unless every document of its kind says otherwise; see
# VatportalDocument._is_contrary().
_TAKES_BACK = f"""
    CASE WHEN document.direction = 'incoming' AND (kind.code, kind.booking) IN %(sure_bookings)s THEN kind.booking = 'refund' ELSE {_IS_RETURN} END
"""


def _voen(party):
    """SQL: the VÖEN of ``party``, as :func:`voen.normalize` has it."""
    return rf"REGEXP_REPLACE(REGEXP_REPLACE(UPPER(document.{party}_vat), '[\s.\-]', '', 'g'), '^AZ', '')"


FACT = f"""
    SELECT pair.*,
           COALESCE(move.company_id, document.bill_company_id, document.company_id) AS company_id,
           move.move_type,
           {_SIDE} AS side,
           COALESCE({_IS_RETURN}, FALSE) AS is_return,
           COALESCE({_TAKES_BACK}, FALSE) AS takes_back,
           COALESCE(document.is_advance, move.vatportal_is_advance, FALSE) AS is_advance,
           COALESCE({STANDS}, FALSE) AND NOT pair.is_copy AS stands,
           -- Goods that stay with the company; see VatportalDocument._is_to_oneself().
           COALESCE(document.seller_vat != '' AND {_voen('seller')} = {_voen('buyer')}, FALSE) AS is_own,
           COALESCE(document.kind_id, move.vatportal_kind_id) AS kind_id,
           COALESCE(move.commercial_partner_id, document.partner_id) AS partner_id,
           COALESCE(document.counterparty_name, move.invoice_partner_display_name) AS partner_name,
           COALESCE(document.qaime, move.name, document.name) AS name,
           -- In whose month the ledger has it: a bill may be booked after the day that its vendor wrote on it.
           CASE WHEN pair.posted THEN move.date END AS books_date,
           COALESCE((document.date + %(baku)s)::date, move.invoice_date, (document.create_date + %(baku)s)::date) AS etaxes_date
      FROM pair
      LEFT JOIN account_move move ON move.id = pair.move_id
      LEFT JOIN vatportal_document document ON document.id = pair.document_id
      LEFT JOIN vatportal_kind kind ON kind.id = document.kind_id
"""

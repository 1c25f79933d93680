"""SQL of the reconciliation, third part: what is found of each pair, why, and what a person does next."""

from ..account_move.credits import within_credit
from .sql_pairs import STANDS, stands
from .terms import NEVER_REASONS, STEP_OF

# What somebody has typed as a number, in the form in which numbers compare.
_NUMBERS = """
    SELECT TRANSLATE(UPPER(REGEXP_REPLACE(text, '[^[:alnum:]]', '', 'g')), %(cyrillic)s, %(latin)s) AS number
      FROM (VALUES (move.ref), (move.payment_reference)) written(text)
"""

# Whether an entry of that type can be that of the document "typed"; see VatportalDocument._may_be() and _entry_types().
_FITS = """
    typed.kind_id = move.vatportal_kind_id AND typed.direction = 'outgoing'
    OR CASE WHEN move.move_type IN ('out_invoice', 'out_receipt')
            THEN typed.direction = 'outgoing' AND COALESCE(kind.code, '') != 'returnInvoice' AND COALESCE(typed.amount_total, 0) >= 0
            WHEN move.move_type IN ('in_invoice', 'in_receipt')
            THEN typed.direction = 'incoming' AND ((kind.code, kind.booking) IN %(sure_bookings)s AND kind.booking = 'refund') IS NOT TRUE
             AND COALESCE(typed.amount_total, 0) >= 0
            WHEN typed.direction = 'outgoing'
            THEN CASE WHEN move.move_type = 'in_refund' THEN kind.code IN %(returns)s
                      ELSE kind.code IN %(adjustments)s OR (kind.code IN %(returns)s) IS NOT TRUE AND typed.amount_total < 0 END
            ELSE ((kind.code IN %(known_kinds)s) IS NOT TRUE OR (kind.code IN %(returns)s) = (move.move_type = 'out_refund'))
             AND (((kind.code, kind.booking) IN %(sure_bookings)s AND kind.booking = 'bill') IS NOT TRUE OR typed.amount_total < 0) END
"""

# The document in force whose number somebody has typed on an entry that is linked with none: all of it, or of the same partner its
# last eight digits alone. On what takes something back the number of the original stands beside its own, or alone.
_TYPED = f"""
    SELECT typed.id, EXISTS (SELECT FROM account_move other WHERE other.id = typed.move_id AND other.state = 'posted') AS is_booked
      FROM account_move move
      CROSS JOIN LATERAL ({_NUMBERS}) written
      JOIN company relative ON relative.taxpayer = difference.taxpayer
      JOIN vatportal_document typed
        ON typed.company_id = relative.id AND typed.direction IN ('incoming', 'outgoing') AND {stands('typed')}
       AND (typed.qaime = written.number
            OR typed.partner_id = difference.partner_id AND written.number ~ '^[0-9]{{8}}$' AND RIGHT(typed.qaime, 8) = written.number)
      LEFT JOIN vatportal_kind kind ON kind.id = typed.kind_id
     WHERE move.id = difference.move_id AND difference.posted AND difference.document_id IS NULL
       AND ({_FITS}) AND (move.reversed_entry_id IS NULL OR typed.move_id IS DISTINCT FROM move.reversed_entry_id)
       AND NOT EXISTS (SELECT FROM vatportal_document_other_rel denied WHERE denied.vatportal_document_id = typed.id AND denied.account_move_id = move.id)
       -- Nor on a bill that was entered anew, with what was received for it.
       AND NOT EXISTS (SELECT FROM account_move anew WHERE anew.id = typed.move_id AND anew.vatportal_replaced_id = move.id)
     LIMIT 1
"""

_ISSUED_HERE = "move.move_type = 'out_invoice' OR move.move_type IN ('out_refund', 'in_refund') AND move.vatportal_kind_id IS NOT NULL"

_IS_GONE = f"origin_document.state NOT IN ('queued', 'processing', 'unconfirmed', 'imported') AND NOT ({stands('origin_document')})"


def _credited(move):
    """SQL: whether the posted entries that name that one take back all of it; of others, of those in another currency, and of those that are
    named themselves, it can't tell."""
    return f"""
        COALESCE((SELECT SUM(named.amount_total) FROM account_move named
                   WHERE named.reversed_entry_id = {move}.id AND named.state = 'posted' AND named.move_type != {move}.move_type
                     AND named.currency_id = {move}.currency_id
                     AND NOT EXISTS (SELECT FROM account_move again WHERE again.reversed_entry_id = named.id AND again.state = 'posted')
                 ) >= {move}.amount_total - CASE WHEN LEFT({move}.move_type, 3) = 'in_' THEN %(rounding)s ELSE 0 END, FALSE)
    """


# Entries of which it is not told by the credit notes that name them whether anything is left: few, to be looked at one by one.
UNTOLD = f"""
    SELECT move.id
      FROM account_move move
      LEFT JOIN vatportal_document document ON document.id = COALESCE(move.vatportal_bill_document_id, move.vatportal_document_id)
     WHERE move.id IN (
               SELECT id FROM account_move WHERE id IN %(reversed)s
                UNION SELECT id FROM account_move WHERE id IN %(of_orders)s
                UNION SELECT named.reversed_entry_id
                        FROM account_move named
                        JOIN account_move origin ON origin.id = named.reversed_entry_id
                       WHERE named.state = 'posted' AND named.company_id IN %(companies)s AND named.currency_id != origin.currency_id
                UNION SELECT named.reversed_entry_id
                        FROM account_move again
                        JOIN account_move named ON named.id = again.reversed_entry_id
                       WHERE again.state = 'posted' AND again.company_id IN %(companies)s AND named.reversed_entry_id IS NOT NULL
           )
       AND move.state = 'posted'
       AND ({STANDS}) IS NOT TRUE AND NOT {_credited('move')}
     ORDER BY move.id
"""

# Taken back, while neither has a document that stands; see AccountMove._vatportal_is_taken_back(). What is issued here as a return or an
# adjustment takes back nothing once the document is gone that it is about, and an invoice or a bill nothing where the credit note is that
# it is about; see AccountMove._vatportal_credits_nothing().
_TAKEN_BACK = f"""
    document.doubtful IS NOT TRUE AND (move.id = ANY(%(taken_back)s) OR {_credited('move')}) AND NOT EXISTS (
        SELECT FROM account_move back
          JOIN vatportal_document theirs ON theirs.id = COALESCE(back.vatportal_bill_document_id, back.vatportal_document_id)
         WHERE back.reversed_entry_id = move.id AND back.state = 'posted' AND back.move_type != move.move_type AND {stands('theirs')}
    )
    OR (move.move_type = 'out_refund' AND NOT ({_ISSUED_HERE}) OR move.move_type IN ('out_invoice', 'in_invoice') AND ({within_credit('move.id')}))
       AND origin.id IS NOT NULL AND (origin_document.id IS NULL AND origin.vatportal_package_date IS NULL OR {_IS_GONE})
    OR move.move_type = 'in_refund' AND NOT ({_ISSUED_HERE})
       AND (origin.id = ANY(%(taken_back)s) OR {_credited('origin')}) AND (origin_document.id IS NULL OR {_IS_GONE})
    OR ({_ISSUED_HERE}) AND {_IS_GONE} AND origin_document.state != 'rejected'
"""

# See AccountMove._vatportal_says_something(). Of a bill the vendor may still show an advance that it settles.
_COMES_TO_NOTHING = f"difference.books_total = 0 AND move.vatportal_advance_id IS NULL AND ({_ISSUED_HERE} OR move.move_type = 'out_refund')"

# Where the country of an address is not known, the one before the Tax ID tells; see ResPartner._vatportal_country().
_COUNTRY = 'COALESCE(partner.country_id, (SELECT id FROM res_country WHERE code = UPPER(LEFT(TRIM(partner.vat), 2))))'

# Whether the entry takes off a bill what the bill's document was lowered by, or takes back a part of that, for only what is left of it lowers
# the bill; see VatportalDocument._lowering(). What has a document of its own, or stands no more, takes back nothing of that.
_LOWERS = f"""
    NOT ({_ISSUED_HERE}) AND EXISTS (
        SELECT FROM vatportal_document_lowering_rel lowering
          JOIN vatportal_document lowered ON lowered.id = lowering.vatportal_document_id
         WHERE {stands('lowered')} AND lowering.account_move_id IN (
               move.id, origin.id, CASE WHEN origin.state = 'posted' AND (origin_document.id IS NULL OR {_IS_GONE}) THEN origin.reversed_entry_id END
         )
    )
"""

# Why a posted entry has no document that stands.
_ALONE = f"""
    CASE WHEN difference.is_copy THEN 'double_bill'
         WHEN document.state IN ('queued', 'processing', 'unconfirmed') THEN 'on_its_way'
         WHEN document.state = 'imported' THEN 'unsigned'
         WHEN NOT typed.is_booked THEN 'unlinked'
         WHEN ({_ISSUED_HERE}) AND move.vatportal_unsent_reason != '' THEN 'unsent'
         WHEN {_LOWERS} THEN 'lowered'
         WHEN (document.id IS NOT NULL OR move.vatportal_package_date IS NULL) AND ({_TAKEN_BACK}) THEN 'reversed'
         WHEN (document.id IS NOT NULL OR move.vatportal_package_date IS NULL) AND ({_COMES_TO_NOTHING}) THEN 'nothing'
         WHEN typed.is_booked THEN 'double_bill'
         WHEN document.state = 'rejected' THEN 'refused'
         WHEN document.id IS NOT NULL THEN 'void'
         WHEN move.move_type IN ('out_receipt', 'in_receipt') THEN 'receipt'
         WHEN move.vatportal_package_date IS NOT NULL THEN 'package'
         WHEN difference.since IS NULL OR COALESCE(move.invoice_date, move.date) < difference.since THEN 'before'
         WHEN {_COUNTRY} != %(azerbaijan)s AND COALESCE(partner.vatportal_voen, '') = '' THEN 'abroad'
         WHEN partner.is_company IS NOT TRUE AND COALESCE(partner.vat, '') = '' THEN 'private'
         WHEN move.move_type = 'out_refund' AND NOT ({_ISSUED_HERE}) THEN 'awaits_return'
         WHEN {_ISSUED_HERE} THEN 'not_sent'
         ELSE 'no_document' END
"""

# Of these kinds no entry is made when they are received; of those sent, an advance and an export are sales all the same.
_NOT_BOOKED = """
    (kind.booking = 'none' OR kind.booking = 'amount' AND document.amount_total = 0 AND document.amount_vat = 0)
    AND NOT (document.direction = 'outgoing' AND kind.code IN ('advanceInvoice', 'exportNoteInvoice'))
"""

# Why a document that stands has no posted entry.
_UNBOOKED = f"""
    CASE WHEN difference.is_own THEN 'own'
         WHEN {_NOT_BOOKED} THEN 'kind'
         WHEN difference.move_id IS NOT NULL AND move.state = 'draft' THEN 'draft'
         WHEN document.direction = 'outgoing' THEN 'no_invoice'
         WHEN document.bill_state = 'ask' THEN 'question'
         WHEN document.bill_state = 'ignored' THEN 'ignored'
         ELSE 'to_bill' END
"""

# Why what e-taxes says of a document is not its last word; NULL where it is.
_OPEN = """
    CASE WHEN document.missing_since IS NOT NULL THEN 'missing'
         WHEN document.qaime IS NULL OR document.status IS NULL THEN 'file'
         WHEN document.status IN %(asking)s THEN 'asked'
         WHEN document.status IN %(waiting)s THEN 'waiting'
         WHEN document.status = 'unknown' THEN 'unknown' END
"""

_NEVER = ', '.join(f"'{reason}'" for reason, _label in NEVER_REASONS)

CAUSE = f"""
    SELECT difference.*, typed.id AS typed_id, document.direction,
           stands AND document.double_id IS NOT NULL AS is_double,
           CASE WHEN stands THEN {_OPEN} END AS open_reason,
           CASE WHEN posted AND NOT stands THEN {_ALONE}
                WHEN NOT posted THEN {_UNBOOKED} END AS lone_reason
      FROM difference
      LEFT JOIN account_move move ON move.id = difference.move_id
      LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id AND origin.move_type != move.move_type
      LEFT JOIN vatportal_document origin_document
        ON origin_document.id = COALESCE(origin.vatportal_bill_document_id, origin.vatportal_document_id)
      LEFT JOIN vatportal_document document ON document.id = difference.document_id
      LEFT JOIN vatportal_kind kind ON kind.id = document.kind_id
      LEFT JOIN res_partner partner ON partner.id = move.commercial_partner_id
      LEFT JOIN LATERAL ({_TYPED}) typed ON TRUE
"""

FOUND = f"""
    SELECT cause.*,
           CASE WHEN is_double OR lone_reason = 'double_bill' THEN 'twice'
                WHEN lone_reason IN ({_NEVER}) THEN 'never'
                WHEN posted AND NOT stands THEN 'only_odoo'
                WHEN lone_reason IN ('kind', 'own') THEN 'beside'
                WHEN NOT posted THEN 'only_etaxes'
                WHEN differs THEN 'differs'
                WHEN other_month THEN 'other_month'
                WHEN open_reason IS NOT NULL THEN 'not_final'
                ELSE 'matched' END AS finding,
           CASE WHEN is_double THEN 'double_document' ELSE COALESCE(lone_reason, open_reason, CASE WHEN lowered THEN 'lowered' END) END AS reason
      FROM cause
"""

_STEP = ' '.join(f"WHEN '{reason}' THEN '{step}'" for reason, step in STEP_OF.items())

# The months of both sides, as text.
MONTHS = "CONCAT_WS(' ', TO_CHAR(found.books_date, 'YYYY-MM'), TO_CHAR(found.etaxes_date, 'YYYY-MM'))"

# What is in two months stands in each of them with what it counts there, so that the sums of a month are its own.
HALF = "(VALUES ('both', 1, 1, 0), ('books', 1, 0, 0), ('etaxes', 0, 1, 2)) half(name, books, etaxes, number)"

STEP = f"""
    CASE WHEN found.finding IN ('matched', 'never', 'beside') THEN NULL
         WHEN found.finding IN ('only_odoo', 'only_etaxes', 'not_final')
         THEN CASE found.reason {_STEP} WHEN 'void' THEN CASE WHEN found.direction = 'outgoing' THEN 'send' ELSE 'look' END ELSE 'look' END
         ELSE 'look' END
"""

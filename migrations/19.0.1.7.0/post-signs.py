from odoo import SUPERUSER_ID, api

_NUMBER = r"regexp_replace(regexp_replace(upper({}), '[\s.\-]', '', 'g'), '^AZ', '')"


def migrate(cr, _version):
    """Credit notes that went out as adjustments, or were booked of any kind, were added; what a company sends to itself too."""
    cr.execute(f"""
        SELECT document.id
          FROM vatportal_document document
          LEFT JOIN account_move move ON move.id = document.move_id
          LEFT JOIN vatportal_kind kind ON kind.id = document.kind_id
         WHERE move.move_type IN ('out_refund', 'in_refund') OR kind.booking = 'refund'
            OR document.seller_vat <> '' AND {_NUMBER.format('document.seller_vat')} = {_NUMBER.format('document.buyer_vat')}""")
    documents = api.Environment(cr, SUPERUSER_ID, {})['vatportal.document'].browse(row[0] for row in cr.fetchall())
    for name in ('amount_net_signed', 'amount_vat_signed', 'amount_total_signed'):
        documents.env.add_to_compute(documents._fields[name], documents)
    documents.env.flush_all()

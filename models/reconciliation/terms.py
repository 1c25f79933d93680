"""What the reconciliation calls things: findings, their reasons, and the step that each of them asks for."""

FINDINGS = [
    ('matched', 'Matched'),
    ('only_odoo', 'Only in Odoo'),
    ('only_etaxes', 'Only at e-taxes'),
    ('differs', 'Amounts Differ'),
    ('other_month', 'Other Month'),
    ('twice', 'Twice'),
    ('not_final', 'Status Not Final'),
    ('never', 'Only in Odoo: No Qaimə Expected'),
    ('beside', 'Only at e-taxes: Nothing to Book'),
]
# What an accountant need not explain.
CLEAR_FINDINGS = ('matched', 'never', 'beside')

# Why a posted entry has no qaimə and is to have none.
NEVER_REASONS = [
    ('receipt', 'A receipt has no qaimə'),
    ('unsent', 'Somebody decided: never sent'),
    ('reversed', 'Reversed, and not at e-taxes'),
    ('nothing', 'Comes to 0.00: nothing to send'),
    ('lowered', 'Lowered at e-taxes, and by a credit note in the books'),
    ('before', 'Of before the connector was set up'),
    ('abroad', 'The partner is abroad'),
    ('private', 'A private person without a VÖEN'),
]
REASONS = [
    *NEVER_REASONS,
    ('not_sent', 'Not sent yet'),
    ('on_its_way', 'Being sent'),
    ('unsigned', 'At VatPortal, not signed'),
    ('refused', 'Not accepted'),
    ('void', 'Deleted or cancelled at e-taxes'),
    ('package', 'Sent as XML; its number has not come yet'),
    ('awaits_return', 'The return of the buyer has not come yet'),
    ('no_document', 'No qaimə has come'),
    ('unlinked', 'Its qaimə is here, and not linked'),
    ('to_bill', 'To bill'),
    ('question', 'A question is to be answered first'),
    ('ignored', 'Somebody decided: no bill wanted'),
    ('draft', 'Its entry is not posted'),
    ('no_invoice', 'No invoice is linked'),
    ('kind', 'Its kind is not booked'),
    ('own', 'The company is seller and buyer'),
    ('double_document', 'May be at e-taxes twice'),
    ('double_bill', 'Another bill of this qaimə is posted'),
    ('waiting', 'Waits for approval'),
    ('asked', 'Correction or cancellation asked for'),
    ('missing', 'A later reading does not show it'),
    ('unknown', 'The status is not known'),
    ('file', 'Known from a file alone'),
]
STEPS = [('send', 'Send'), ('import', 'Import'), ('bill', 'Bill'), ('link', 'Link'), ('look', 'Compare')]
# Of the other reasons that are no matter of course, a person looks at both sides.
STEP_OF = {
    **dict.fromkeys(('not_sent', 'refused'), 'send'),
    **dict.fromkeys(('package', 'no_document', 'awaits_return', 'missing', 'file'), 'import'),
    **dict.fromkeys(('to_bill', 'question'), 'bill'),
    **dict.fromkeys(('unlinked', 'no_invoice'), 'link'),
}

# Columns of both sides, and of the difference; 'other' is what of the total is neither a base nor VAT: road tax, amounts without a column.
COLUMNS = [
    ('vat_base', 'Base at 18 %'),
    ('zero', 'Base at 0 %'),
    ('exempt', 'Exempt from VAT'),
    ('not_subject', 'Not Subject to VAT'),
    ('other', 'Other'),
    ('vat', 'VAT'),
    ('total', 'Total'),
]
AMOUNTS = [name for name, _label in COLUMNS]

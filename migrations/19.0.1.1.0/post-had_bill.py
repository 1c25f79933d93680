from odoo.tools.translate import code_translations

MODULE = 'l10n_az_vatportal'
# What the document's chatter says, in the language of whoever deleted the bill.
DELETED = 'The bill made of it was deleted.'


def migrate(cr, version):
    """Mark the documents whose bill was thrown away: none is made anew by itself, see ``had_bill``."""
    if not version:
        return
    cr.execute('SELECT code FROM res_lang')
    texts = {code_translations.get_python_translations(MODULE, code).get(DELETED) for (code,) in cr.fetchall()}
    cr.execute(
        """
        UPDATE vatportal_document AS document
           SET had_bill = true
         WHERE direction = 'incoming' AND move_id IS NULL AND EXISTS (
               SELECT 1 FROM mail_message
                WHERE model = 'vatportal.document' AND res_id = document.id AND body LIKE ANY(%s))
    """,
        [[f'%{text}%' for text in {DELETED, *texts} if text]],
    )

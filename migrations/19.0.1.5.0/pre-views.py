# Views of ours that extended other views of ours, and are part of those now.
FOLDED = (
    'vatportal_document_view_form_bill',
    'vatportal_document_view_form_lifecycle',
    'vatportal_document_view_form_xml',
    'vatportal_document_view_list_bill',
    'vatportal_document_view_list_lifecycle',
    'vatportal_document_view_search_lifecycle',
    'vatportal_connector_view_form_bill',
    'vatportal_connector_view_form_import',
    'vatportal_connector_view_form_lifecycle',
    'vatportal_connector_view_list_lifecycle',
    'vatportal_job_view_form_import',
    'vatportal_job_view_form_lifecycle',
    'vatportal_kind_view_form_bill',
    'vatportal_kind_view_list_bill',
    'vatportal_import_wizard_view_form_file',
    'view_move_form_bill',
    'view_move_form_lifecycle',
    'view_move_form_xml',
    'view_invoice_tree_bill',
    'view_invoice_tree_lifecycle',
    'view_account_invoice_filter_lifecycle',
    'view_account_invoice_filter_xml',
)


def migrate(cr, _version):
    """Odoo would remove the folded views at the end of the update; until then the views that they are part of would show
    everything twice. What somebody has built on one of them is built on the whole from here on."""
    cr.execute(
        """
        SELECT res_id FROM ir_model_data
         WHERE module = 'l10n_az_vatportal' AND model = 'ir.ui.view' AND name IN %s""",
        [FOLDED],
    )
    folded = tuple(view_id for (view_id,) in cr.fetchall())
    if not folded:
        return
    cr.execute(
        """
        UPDATE ir_ui_view child SET inherit_id = folded.inherit_id
          FROM ir_ui_view folded WHERE child.inherit_id = folded.id AND folded.id IN %s""",
        [folded],
    )
    cr.execute('DELETE FROM ir_ui_view WHERE id IN %s', [folded])
    cr.execute(
        """
        DELETE FROM ir_model_data
         WHERE module = 'l10n_az_vatportal' AND model = 'ir.ui.view' AND name IN %s""",
        [FOLDED],
    )

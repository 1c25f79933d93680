import { ProductLabelSectionAndNoteListRender } from "@account/components/product_label_section_and_note_field/product_label_section_and_note_field_o2m";
import { patch } from "@web/core/utils/patch";

/**
 * Odoo hides the column of the products on vendor bills. On a bill that was made of an e-taxes document it is what a
 * person looks at first, and what the next document learns from; hence it is shown there until the person hides it.
 */
patch(ProductLabelSectionAndNoteListRender.prototype, {
    processAllColumn(allColumns, list) {
        if (this.props.list.evalContext.parent?.vatportal_bill_document_id) {
            // Copies, for Odoo writes what it decides into the columns, and other bills show them too.
            allColumns = allColumns.map((column) =>
                column.name === "product_id" && ["conditional", "hide"].includes(column.optional)
                    ? { ...column, optional: "show" }
                    : column
            );
        }
        return super.processAllColumn(allColumns, list);
    },
});

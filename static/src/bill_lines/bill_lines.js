import { ProductLabelSectionAndNoteListRender } from "@account/components/product_label_section_and_note_field/product_label_section_and_note_field_o2m";
import { patch } from "@web/core/utils/patch";

const SALES = ["out_invoice", "out_refund"];

/**
 * Which columns of an invoice's lines are shown from the start though Odoo hides them; a person can hide them.
 *
 * A bill that was made of an e-taxes document: the product, which is what a person looks at first, and what the next document
 * learns from. An invoice of a company in Azerbaijan: also quantity and unit, for a qaimə can't do without these; Odoo shows
 * them where *Sales* is installed.
 */
function isWanted(column, move) {
    if (column.name === "product_id" && move?.vatportal_bill_document_id) {
        return ["conditional", "hide"].includes(column.optional);
    }
    return column.optional === "conditional" && move?.country_code === "AZ" && SALES.includes(move.move_type);
}

patch(ProductLabelSectionAndNoteListRender.prototype, {
    processAllColumn(allColumns, list) {
        const move = this.props.list.evalContext.parent;
        // Copies, for Odoo writes what it decides into the columns, and other invoices show them too.
        const columns = allColumns.map((column) => (isWanted(column, move) ? { ...column, optional: "show" } : { ...column }));
        return super.processAllColumn(columns, list);
    },
});

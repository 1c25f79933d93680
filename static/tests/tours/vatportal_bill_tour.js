import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

import { DONE, phone } from "./vatportal_tours";

const VENDOR = "Qafqaz Təchizat MMC";
const OTHER_VENDOR = "Kür Logistika MMC";
const LINES = ".o_form_view .o_field_widget[name=invoice_line_ids]";
const PRODUCT = ".o_data_cell[name=product_id]";

const click = (content, trigger) => ({ content, trigger, run: "click" });

// ---------------------------------------------------------------------------
// The vendor, who issues one more document while we look on
// ---------------------------------------------------------------------------

async function call(model, method, args) {
    return rpc(`/web/dataset/call_kw/${model}/${method}`, { model, method, args, kwargs: {} });
}

/** File at the sandbox's e-taxes, under a number of its own, what the vendor sent before. */
async function issueAgain(subject) {
    const [{ base_url: url }] = await call("vatportal.connector", "search_read", [[], ["base_url"]]);
    const [document] = await call("vatportal.document", "search_read", [
        [["seller_name", "=", VENDOR]],
        ["raw"],
    ]);
    const { id, qaime, serial, number, lines, ...fields } = document.raw;
    const response = await fetch(url.replace(/\/api$/, "/admin/documents"), {
        method: "POST",
        body: JSON.stringify({
            held: false,
            documents: [
                { ...fields, main_subject: subject, lines: lines.map(({ id, ...line }) => line) },
            ],
        }),
    });
    if (!response.ok) {
        throw new Error(`The sandbox answers ${response.status}: ${await response.text()}`);
    }
}

// ---------------------------------------------------------------------------
// Steps
// ---------------------------------------------------------------------------

const importFromEtaxes = (created) => [
    click("Import", ".o_control_panel button:contains(Import from e-taxes)"),
    click("Ask e-taxes", ".modal .o_field_widget[name=source] input[data-value=etaxes]"),
    click("Go", ".modal button[name=action_import]"),
    phone("confirm", 1),
    {
        content: "The new documents are counted",
        trigger: `${DONE} .o_vatportal_import_counts [data-count=created]:contains(/New: ${created}$/)`,
        timeout: 20000,
    },
    click("Show them", ".modal .o_vatportal_show_documents"),
    {
        content: "They, and no others, are listed",
        trigger: `.o_list_view:has(.o_data_row:nth-child(${created})):not(:has(.o_data_row:nth-child(${created + 1})))`,
    },
];

const openDocumentToBill = () => [
    click("Open the vendor's document", `.o_list_view .o_data_row:contains(${VENDOR}) .o_data_cell[name=counterparty_name]`),
    {
        content: "It waits for its bill",
        trigger: ".o_form_view .o_field_widget[name=bill_state]:contains(To bill)",
    },
    click("One click", ".o_form_view button.btn-primary[name=action_create_bills]"),
    {
        content: "Its draft bill, of the vendor, with the document's total",
        trigger: `.o_form_view:has(.o_field_widget[name=partner_id]:contains(${VENDOR}), .o_field_widget[name=partner_id] input:value(${VENDOR})) .o_field_widget[name=tax_totals]:contains(118.00)`,
    },
    {
        content: "It says of which document it was made",
        trigger: ".o_form_view .oe_stat_button [name=vatportal_bill_qaime]:contains(/^[A-Z]{2}[0-9]{12}$/)",
    },
];

const openIncoming = () => [
    click("To the documents", ".o_menu_sections [data-menu-xmlid='l10n_az_vatportal.menu_vatportal']"),
    click("received", ".o-dropdown--menu [data-menu-xmlid='l10n_az_vatportal.menu_vatportal_incoming']"),
    {
        content: "All incoming documents",
        trigger: ".o_list_view .o_data_row:nth-child(3)",
    },
];

const correctProduct = () => [
    {
        content: "Nothing told which product it is: the line has the vendor's words",
        trigger: `${LINES} ${PRODUCT}:contains(Sement M400):not(:contains(Boz sement))`,
    },
    click("Say it", `${LINES} ${PRODUCT}`),
    {
        content: "by our own name",
        trigger: `${LINES} .o_selected_row .o_field_widget[name=product_id] input`,
        run: "edit Boz sement",
    },
    click("and choose it", ".o-autocomplete--dropdown-item:not(.o_m2o_dropdown_option) > a:contains(Boz sement)"),
    {
        content: "The line has taken it",
        trigger: `${LINES} .o_selected_row .o_field_widget[name=product_id] input:value(Boz sement)`,
    },
    click("Save", ".o_form_view .o_form_button_save"),
    {
        content: "It is saved, and the amounts are those of the document still",
        trigger: ".o_form_saved, .o_form_view:has(.o_form_status_indicator_buttons.invisible) .o_field_widget[name=tax_totals]:contains(118.00)",
    },
];

const billTheOthers = () => [
    click("Choose the first document of the other vendor", `.o_list_view .o_data_row:contains(${OTHER_VENDOR}):eq(0) .o_list_record_selector input`),
    click("and the second", `.o_list_view .o_data_row:contains(${OTHER_VENDOR}):eq(1) .o_list_record_selector input`),
    {
        content: "Two are chosen",
        trigger: ".o_control_panel .o_selection_box:contains(2)",
    },
    click("Bill both", ".o_control_panel button[name=action_create_bills]"),
    {
        content: "Two draft bills of a vendor who was unknown",
        trigger: `.o_list_view:has(.o_data_row:nth-child(2):contains(${OTHER_VENDOR})):not(:has(.o_data_row:nth-child(3))) .o_data_row:nth-child(1):contains(${OTHER_VENDOR})`,
    },
];

registry.category("web_tour.tours").add("vatportal_bill", {
    steps: () => [
        ...importFromEtaxes(3),
        ...openDocumentToBill(),
        ...correctProduct(),
        ...openIncoming(),
        ...billTheOthers(),
        ...openIncoming(),
        {
            content: "Meanwhile the vendor issues one more",
            trigger: ".o_list_view .o_data_row:nth-child(3):not(:has(.o_data_cell[name=bill_state]:contains(To bill)))",
            run: () => issueAgain("Müqavilə 4"),
        },
        ...importFromEtaxes(1),
        ...openDocumentToBill(),
        {
            content: "The product was chosen as on the bill before",
            trigger: `${LINES} ${PRODUCT}:contains(Boz sement)`,
        },
    ],
});

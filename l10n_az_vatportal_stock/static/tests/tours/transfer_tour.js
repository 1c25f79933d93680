import { registry } from "@web/core/registry";

import { closeDialog, DONE, phone } from "@l10n_az_vatportal/../tests/tours/vatportal_tours";

registry.category("web_tour.tours").add("vatportal_send_transfer", {
    steps: () => [
        {
            content: "The transfer that is done",
            trigger: ".o_list_view .o_data_row:contains(Done) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "The tab of e-taxes",
            trigger: ".o_form_view .nav-link:contains(e-taxes)",
            run: "click",
        },
        {
            content: "Where the goods go is known",
            trigger: ".o_form_view .o_field_widget[name=vatportal_to_warehouse_id] input:value(Gəncə anbarı)",
        },
        {
            content: "By which truck",
            trigger: ".o_form_view .o_field_widget[name=vatportal_transp_reg_number] input",
            run: "edit 90-AA-123",
        },
        {
            content: "Send it",
            trigger: ".o_form_view button[name=action_vatportal_send].btn-primary",
            run: "click",
        },
        {
            content: "It is shown with both warehouses",
            trigger: ".modal .o_field_widget[name=ready_picking_ids] .o_data_row:contains(Bakı anbarı):contains(Gəncə anbarı)",
        },
        {
            content: "Nothing is said of invoices",
            trigger: ".modal p:contains(It can be sent):not(:contains(invoices))",
        },
        {
            content: "Send",
            trigger: ".modal button[name=action_send]:contains(Send)",
            run: "click",
        },
        phone("confirm", 1),
        phone("confirm", 2),
        {
            content: "It has its number",
            trigger: `${DONE} .o_vatportal_success:contains(/MT[0-9]+/)`,
            timeout: 20000,
        },
        ...closeDialog(),
        {
            content: "The number is on the transfer",
            trigger: ".o_form_view .o_field_widget[name=vatportal_qaime]:contains(/MT[0-9]+/)",
        },
        {
            content: "Its document",
            trigger: ".o_form_view button.oe_stat_button[name=action_vatportal_documents]",
            run: "click",
        },
        {
            content: "The document leads back to the transfer",
            trigger: ".o_form_view:has(.o_field_widget[name=from_wh]:contains(WH001)) button.oe_stat_button[name=action_open_move]",
            run: "click",
        },
        {
            content: "Delete it from e-taxes",
            trigger: ".o_form_view button[name=action_vatportal_delete]",
            run: "click",
        },
        {
            content: "Give a reason",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Another truck",
        },
        {
            content: "Delete",
            trigger: ".modal button[name=action_delete]",
            run: "click",
        },
        phone("confirm", 1),
        phone("confirm", 2),
        {
            content: "It is gone",
            trigger: `${DONE} .o_vatportal_success:contains(was deleted)`,
            timeout: 20000,
        },
        ...closeDialog(),
        {
            content: "It can be sent anew",
            trigger: ".o_form_view button[name=action_vatportal_send]",
        },
    ],
});

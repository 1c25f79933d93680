import { registry } from "@web/core/registry";

const open = (name) => [
    {
        content: "Open the reports",
        trigger: ".o_menu_sections .dropdown-toggle:contains(Reporting)",
        run: "click",
    },
    {
        content: `Open ${name}`,
        trigger: `.o-dropdown--menu .dropdown-item:contains(${name})`,
        run: "click",
    },
];

// What is only in Odoo is explained, both sides open, and the figures of the return lead to their documents.
registry.category("web_tour.tours").add("vatportal_reconciliation", {
    steps: () => [
        ...open("Sales beside e-taxes"),
        {
            content: "What matches stands together",
            trigger: ".o_list_view .o_group_header:contains(Matched)",
        },
        {
            content: "So does what is in Odoo alone",
            trigger: ".o_list_view .o_group_header:contains(Only in Odoo)",
            run: "click",
        },
        {
            content: "It asks to be sent",
            trigger: ".o_list_view .o_data_row button[name=action_next]:contains(Send)",
        },
        {
            content: "Look at it",
            trigger: ".o_list_view .o_data_row .o_data_cell[name=partner_name]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".o_form_view .o_field_widget[name=explanation] input",
            run: "edit Sent by hand in Gəncə",
        },
        {
            content: "Save it",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Who said it stays",
            trigger: ".o_form_view .o_field_widget[name=explained_by_id]",
        },
        {
            content: "Open the invoice",
            trigger: ".o_form_view button[name=action_open_move]",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_form_view button[name=action_vatportal_send]",
        },
        ...open("Days Read"),
        {
            content: "No day of the sent folder was read",
            trigger: ".o_list_view .o_group_header:contains(Sent)",
            run: "click",
        },
        {
            content: "Open those",
            trigger: ".o_list_view .o_group_header:contains(Never read)",
            run: "click",
        },
        {
            content: "Read one of them",
            trigger: ".o_list_view .o_data_row button[name=action_read]",
            run: "click",
        },
        {
            content: "Its day is asked for",
            trigger: ".modal .o_field_widget[name=date_from]",
        },
        {
            content: "Not now",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.modal))",
        },
        ...open("VAT of Sales"),
        {
            content: "Each VAT column has its figures",
            trigger: ".o_pivot table:contains(VAT 18 %)",
        },
        {
            content: "Press one of them",
            trigger: ".o_pivot tbody tr:contains(VAT 18 %) .o_pivot_cell_value:first",
            run: "click",
        },
        {
            content: "The documents behind it",
            trigger: ".o_list_view .o_data_row .o_data_cell[name=document_id]",
        },
    ],
});

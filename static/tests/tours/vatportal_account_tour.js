import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("vatportal_add_a_company", {
    steps: () => [
        {
            content: "The list shows account and phone",
            trigger: ".o_list_view .o_data_row td[name=account_name]:contains(127.0.0.1)",
        },
        {
            content: "Open the connector of the account",
            trigger: ".o_data_row td[name=name]:contains(Xəzər)",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_add_companies]",
            run: "click",
        },
        {
            content: "The companies without a connector are listed",
            trigger: ".modal .o_data_row:has(td:contains(İkinci)) td[name=phone]",
            run: "click",
        },
        {
            trigger: ".modal .o_selected_row [name=phone] input",
            run: "edit 055 123 45 67",
        },
        {
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            content: "It says which were added",
            trigger: ".o_notification:contains(İkinci)",
        },
        {
            content: "The form says which others a change of the account changes",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name=shared_note]:contains(İkinci)",
        },
    ],
});

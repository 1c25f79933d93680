import { registry } from "@web/core/registry";

// A received document, from the list of what silence approves soon to the words for e-taxes.gov.az.
registry.category("web_tour.tours").add("vatportal_answer", {
    steps: () => [
        {
            content: "It is to be answered soon",
            trigger: ".o_vatportal_task[data-task=answer_soon]:has(.o_vatportal_task_count:contains(1))",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_list_view .o_data_row td[name=counterparty_name], .o_kanban_view .o_kanban_record:not(.o_kanban_ghost)",
            run: "click",
        },
        {
            content: "It says what is recommended, and why",
            trigger: ".o_form_view .o_field_widget[name=advice_text]:contains(Nothing was had from this vendor before.)",
        },
        {
            content: "On a phone the buttons are in a menu",
            trigger: ".o_form_view",
            run() {
                document.querySelector(".o_statusbar_buttons button[title=More]")?.click();
            },
        },
        {
            content: "Answer",
            trigger: "button[name=action_decide]",
            run: "click",
        },
        {
            content: "Refuse it",
            trigger: ".modal .o_field_widget[name=decision] input[data-value=refuse]",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit Sifariş edilməyib",
        },
        {
            content: "Leave the field",
            trigger: ".modal .o_field_widget[name=decision] input[data-value=refuse]",
            run: "click",
        },
        {
            content: "These are the words for e-taxes.gov.az",
            trigger: ".modal .o_field_widget[name=words]:contains(Sifariş edilməyib)",
        },
        {
            content: "Write it down",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The document says what is left to do",
            trigger: ".o_form_view [name=vatportal_refusal]:contains(You decided to refuse it.):contains(Sifariş edilməyib)",
        },
    ],
});

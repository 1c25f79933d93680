import { registry } from "@web/core/registry";

// The journals' cards, the page that the menu opens with, and the list behind a count.
registry.category("web_tour.tours").add("vatportal_desk", {
    steps: () => [
        {
            content: "The card of the sales journal tells what is to be sent",
            trigger: ".o_kanban_record .o_vatportal_journal_tasks button[data-task=to_send]:contains(1 To send)",
        },
        {
            content: "That of the purchase journal what waits for an answer",
            trigger: ".o_kanban_record .o_vatportal_journal_tasks button[data-task=to_approve]:contains(1 To approve)",
            run: "click",
        },
        {
            content: "Its list opens",
            trigger: ".o_list_view .o_data_row",
        },
        {
            content: "Open the menu",
            trigger: ".o_menu_sections button:contains(e-taxes), .o_menu_sections .dropdown-toggle:contains(e-taxes)",
            run: "click",
        },
        {
            content: "Open the page",
            trigger: ".o-dropdown--menu .dropdown-item:contains(To Do)",
            run: "click",
        },
        {
            content: "One invoice is to be sent",
            trigger: ".o_vatportal_task[data-task=to_send]:has(.o_vatportal_task_count:contains(1))",
        },
        {
            content: "One document waits for an answer",
            trigger: ".o_vatportal_task[data-task=to_approve]",
        },
        {
            content: "Open what is to be sent",
            trigger: ".o_vatportal_task[data-task=to_send]",
            run: "click",
        },
        {
            content: "It is a list of invoices, from which they are sent",
            trigger: ".o_list_view .o_data_row",
        },
        {
            content: "Select it",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "It can be sent from here",
            trigger: ".o_control_panel button[name=action_vatportal_send]",
        },
    ],
});

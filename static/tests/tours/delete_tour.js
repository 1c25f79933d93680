import { registry } from "@web/core/registry";

import { closeDialog, DONE, phone } from "./vatportal_tours";

registry.category("web_tour.tours").add("vatportal_delete_and_correct", {
    steps: () => [
        {
            content: "The invoice is registered; delete it",
            trigger: ".o_form_view button[name=action_vatportal_delete]",
            run: "click",
        },
        {
            content: "What it means is said before anything is asked",
            trigger: ".modal .alert:contains(all together or not at all)",
        },
        {
            content: "No deletion without a reason",
            trigger: ".modal button[name=action_delete]",
            run: "click",
        },
        {
            content: "The reason is asked for",
            trigger: ".modal .o_field_widget[name=reason].o_field_invalid input",
            run: "edit The price was wrong",
        },
        {
            content: "Delete",
            trigger: ".modal button[name=action_delete]",
            run: "click",
        },
        phone("confirm", 1),
        {
            content: "The log-in is done",
            trigger: ".modal .o_vatportal_step_done[data-step=login]",
            timeout: 20000,
        },
        phone("confirm", 2),
        {
            content: "It is gone, said with its number",
            trigger: `${DONE} .o_vatportal_success:contains(/MT[0-9]+ was deleted/)`,
            timeout: 20000,
        },
        {
            content: "Every step is done",
            trigger: `${DONE}:has(.o_vatportal_step_done[data-step=deleted]):not(:has(.o_vatportal_code))`,
        },
        ...closeDialog(),
        {
            content: "The invoice knows it; correct it",
            trigger: ".o_form_view:has(.oe_stat_button [name=vatportal_shown_status]:contains(Deleted)) button[name=button_draft]",
            run: "click",
        },
        {
            content: "Confirm it again",
            trigger: ".o_form_view button[name=action_post]",
            run: "click",
        },
        {
            content: "It can be sent anew",
            trigger: ".o_form_view button[name=action_vatportal_send]",
            run: "click",
        },
        {
            content: "Send",
            trigger: ".modal button[name=action_send]:contains(Send)",
            run: "click",
        },
        phone("confirm", 1),
        phone("confirm", 2),
        {
            content: "Registered once more",
            trigger: `${DONE} .o_vatportal_success:contains(/MT[0-9]+/)`,
            timeout: 20000,
        },
        ...closeDialog(),
        {
            content: "Its history has both documents",
            trigger: ".o_form_view .oe_stat_button[name=action_vatportal_documents]",
            run: "click",
        },
        {
            content: "One deleted, one registered",
            trigger:
                ".o_list_view:has(.o_data_row .o_data_cell[name=shown_status]:contains(Deleted)) .o_data_row .o_data_cell[name=shown_status]:contains(Waits for approval)",
        },
    ],
});

registry.category("web_tour.tours").add("vatportal_delete_from_list", {
    steps: () => [
        {
            content: "Three invoices at e-taxes",
            trigger: ".o_list_view .o_data_row:nth-child(3)",
        },
        {
            content: "Select them",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "The actions",
            trigger: ".o_control_panel .o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Delete them from e-taxes",
            trigger: ".o-dropdown-item:contains(Delete from e-taxes)",
            run: "click",
        },
        {
            content: "One of them is approved, and that is said before",
            trigger: ".modal .alert-danger:contains(cancellation at e-taxes)",
        },
        {
            content: "Two can be deleted",
            trigger: ".modal .o_field_widget[name=line_ids] .o_data_row:nth-child(2)",
        },
        {
            content: "Give a reason",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Sent by mistake",
        },
        {
            content: "Delete",
            trigger: ".modal button[name=action_delete]",
            run: "click",
        },
        phone("confirm", 1),
        phone("decline", 2),
        {
            content: "Nothing was deleted, with the portal's words",
            trigger:
                ".modal .o_vatportal_progress[data-state=failed]:has(.o_vatportal_problem:contains(Nothing was deleted)) .o_vatportal_words:contains(declined)",
            timeout: 20000,
        },
        {
            content: "Try again",
            trigger: ".modal .o_vatportal_retry",
            run: "click",
        },
        {
            content: "Give a reason",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Sent by mistake",
        },
        {
            content: "Delete",
            trigger: ".modal button[name=action_delete]",
            run: "click",
        },
        phone("confirm", 1),
        phone("confirm", 2),
        {
            content: "Both are gone",
            trigger: `${DONE} .o_vatportal_counts [data-count=deleted]:contains(2)`,
            timeout: 20000,
        },
        ...closeDialog(),
    ],
});

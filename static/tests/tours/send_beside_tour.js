import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("vatportal_send_beside", {
    steps: () => [
        {
            content: "Odoo's own Send",
            trigger: ".o_form_view button[name=action_invoice_sent]",
            run: "click",
        },
        {
            content: "Why it does not go to e-taxes is said, and that nothing else waits for that",
            trigger: ".modal .alert:contains(does not go to e-taxes; PDF and mail do):contains(VÖEN)",
        },
        {
            content: "So e-taxes is not offered; send the mail",
            trigger: ".modal:not(:has([name=extra_edi_checkboxes] input)) button[name=action_send_and_print]",
            run: "click",
        },
        {
            content: "The mail went, and the invoice has a note of what did not",
            trigger: "body:not(:has(.modal)) .o_form_view .o-mail-Message:contains(Not sent to e-taxes)",
        },
        {
            content: "The way to e-taxes stays open",
            trigger: ".o_form_view button[name=action_vatportal_send]",
        },
    ],
});

import { registry } from "@web/core/registry";

import { DONE, phone } from "./vatportal_tours";

const look = (content, trigger) => ({ content, trigger, timeout: 20000 });
const click = (content, trigger) => ({ ...look(content, trigger), run: "click" });

registry.category("web_tour.tours").add("vatportal_refresh", {
    steps: () => [
        look("The mark is seen", ".o_form_view .alert-warning:contains(It is missing at e-taxes)"),
        click("Ask for this one", ".o_form_view button[name=action_refresh_status]"),
        look("What VatPortal holds", `${DONE} .o_vatportal_headline:contains(VatPortal does not have)`),
        look("What is to be done", `${DONE} .o_vatportal_message:contains(Look for it at e-taxes.gov.az)`),
        click("Ask e-taxes", `${DONE} .o_vatportal_ask_etaxes`),
        phone("confirm", 1),
        look("It is there again", `${DONE} .o_vatportal_headline:contains(has changed, as e-taxes has it: Cancelled)`),
        look("Its status", `${DONE} .o_vatportal_document .text-bg-danger:contains(Cancelled)`),
        look("Nobody asks once more", ".modal:not(:has(.o_vatportal_ask_etaxes))"),
        click("Close", ".modal .modal-footer button:contains(Close)"),
        look("The form knows it", ".o_form_view:not(:has(.alert-warning)) .o_field_widget[name=status]:contains(Cancelled)"),
    ],
});

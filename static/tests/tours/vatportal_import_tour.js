import { registry } from "@web/core/registry";

import { DONE, phone } from "./vatportal_tours";

const wizard = (content, selector) => ({
    content,
    trigger: `.modal .o_form_view ${selector}`,
    run: "click",
});

registry.category("web_tour.tours").add("vatportal_import", {
    steps: () => [
        wizard("Ask e-taxes", ".o_field_widget[name=source] input[data-value=etaxes]"),
        {
            content: "PIN1 is announced",
            trigger: ".modal .o_form_view p:contains(PIN1)",
        },
        {
            content: "Import",
            trigger: ".modal button[name=action_import]",
            run: "click",
        },
        {
            content: "The steps of an import",
            trigger: ".modal .o_vatportal_progress .o_vatportal_step[data-step=numbers]:contains(Documents read)",
        },
        phone("confirm", 1),
        {
            content: "All are here",
            trigger: `${DONE} .o_vatportal_import_counts [data-count=created]:contains(New: 7)`,
            timeout: 20000,
        },
        {
            content: "Show them",
            trigger: ".modal .o_vatportal_show_documents",
            run: "click",
        },
        {
            content: "Hostile texts are texts",
            trigger: ".o_list_view .o_data_cell:contains(<b>Bold</b>)",
        },
        {
            content: "Open that document",
            trigger: ".o_list_view .o_data_cell:contains(<b>Bold</b>)",
            run: "click",
        },
        {
            content: "Its note was not run either",
            trigger: ".o_form_view .o_field_widget[name=main_info]:contains(<script>window.hacked = 1</script>)",
            run() {
                if (window.hacked) {
                    throw new Error("A text of the portal was run as a script");
                }
            },
        },
    ],
});

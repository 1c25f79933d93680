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

const look = (content, trigger) => ({ content, trigger });

registry.category("web_tour.tours").add("vatportal_figures", {
    steps: () => [
        look("The date in figures", ".o_list_view .o_data_row:contains(Satıcı 03) .o_data_cell[name=day]:contains(/^2026-03-03$/)"),
        look("The sum, to the qəpik", ".o_list_view .o_list_footer:contains(/0,72$/)"),
        {
            content: "Open a document",
            trigger: ".o_list_view .o_data_row:contains(Satıcı 05) .o_data_cell[name=counterparty_name]",
            run: "click",
        },
        look("A price has two decimals at least", ".o_form_view .o_data_cell[name=price_unit]:contains(/^6,40$/)"),
        look("An amount has those of the document", ".o_form_view .o_data_cell[name=amount_total]:contains(/^0,22$/)"),
        look("The date in figures", ".o_form_view .o_field_widget[name=date]:contains(2026-03-05)"),
        {
            content: "Back",
            trigger: ".o_control_panel .o_back_button",
            run: "click",
        },
        {
            content: "The pivot",
            trigger: ".o_control_panel .o_switch_view.o_pivot",
            run: "click",
        },
        look("The sums, to the qəpik", ".o_pivot:has(.o_value:contains(/^0,42$/)):has(.o_value:contains(/^0,72$/))"),
        {
            content: "No figure has more decimals",
            trigger: ".o_pivot .o_value",
            run() {
                for (const value of document.querySelectorAll(".o_pivot .o_value")) {
                    if (!/^[0-9]+,[0-9]{2}$/.test(value.textContent.trim())) {
                        throw new Error(`The pivot shows ${value.textContent}`);
                    }
                }
            },
        },
    ],
});

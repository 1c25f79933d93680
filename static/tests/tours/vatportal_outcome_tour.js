import { registry } from "@web/core/registry";

import { DONE, phone } from "./vatportal_tours";

const click = (content, trigger) => ({ content, trigger, run: "click" });
const look = (content, trigger) => ({ content, trigger });

registry.category("web_tour.tours").add("vatportal_nothing_held", {
    steps: () => [
        click("Import what VatPortal holds already", ".modal button[name=action_import]"),
        look("It holds nothing", `${DONE} .o_vatportal_headline:contains(no documents)`),
        look("The way out is said", ".modal .o_vatportal_ask_hint:contains(PIN1)"),
        click("Ask e-taxes", ".modal .o_vatportal_ask_etaxes"),
        phone("confirm", 1),
        {
            content: "All are here",
            trigger: `${DONE} .o_vatportal_import_counts [data-count=created]:contains(New: 5)`,
            timeout: 20000,
        },
        look("Nothing is offered any more", ".modal:not(:has(.o_vatportal_ask_etaxes))"),
    ],
});

const NOTIFICATION = ".o_notification.o_vatportal_lines";

registry.category("web_tour.tours").add("vatportal_what_became", {
    steps: () => [
        click("Choose all", ".o_list_view thead .o_list_record_selector input"),
        click("Bill them", ".o_control_panel button[name=action_create_bills]"),
        look("How many were made", `${NOTIFICATION}:contains(2 of 4 bills were made)`),
        look("and why not the others", `${NOTIFICATION}:contains(no VÖEN):contains(are not billed)`),
        look("Those that were made are listed", ".o_list_view:has(.o_data_row:nth-child(2)):not(:has(.o_data_row:nth-child(3))) .o_data_cell[name=invoice_partner_display_name]"),
        click("Open one", ".o_list_view .o_data_row:contains(118) .o_data_cell[name=invoice_partner_display_name]"),
        look("Its unit is known to nobody", ".o_form_view .alert:contains(“palet”)"),
        click("Say how many", ".o_form_view .alert button:contains(Say how many), .o_form_view .alert a:contains(Say how many)"),
        click("of them are in it", ".modal .o_data_row .o_data_cell[name=contains]"),
        {
            content: "Four",
            trigger: ".modal .o_selected_row .o_field_widget[name=contains] input",
            run: "edit 4",
        },
        click("That is it", ".modal button[name=action_apply]"),
        look("Forty pieces", ".o_form_view:not(:has(.alert:contains(palet))) .o_field_widget[name=invoice_line_ids] .o_data_cell[name=quantity]:contains(40.00)"),
    ],
});

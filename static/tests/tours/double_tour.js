import { registry } from "@web/core/registry";

import { closeDialog, DONE, sendAllInList, sendUnsigned } from "./vatportal_tours";

registry.category("web_tour.tours").add("vatportal_answer_candidate", {
    steps: () => [
        {
            content: "Send an invoice that e-taxes may have already",
            trigger: ".o_form_view button[name=action_vatportal_send]",
            run: "click",
        },
        {
            content: "It can't be sent before somebody has answered",
            trigger: ".modal:not(:has(button[name=action_send]:visible)) .alert-danger:contains(It may be this one) a:contains(Answer)",
            run: "click",
        },
        {
            content: "What e-taxes has is shown",
            trigger: ".modal .o_field_widget[name=text]:contains(/EQ[0-9]+ of/)",
        },
        {
            content: "It is another one",
            trigger: ".modal button[name=action_other]",
            run: "click",
        },
        {
            content: "Now it can be sent",
            trigger: ".modal:not(:has(.alert-danger)) button[name=action_send]:contains(Send)",
            run: "click",
        },
        {
            content: "Registered",
            trigger: `${DONE} .o_vatportal_success:contains(/MT[0-9]+/)`,
            timeout: 20000,
        },
        ...closeDialog(),
        {
            content: "The invoice has its number",
            trigger: ".o_form_view .oe_stat_button [name=vatportal_qaime]:contains(/MT[0-9]+/)",
        },
    ],
});

registry.category("web_tour.tours").add("vatportal_answer_keeps", {
    steps: () => [
        ...sendAllInList(),
        {
            content: "One of them can be sent",
            trigger: ".modal .o_vatportal_ready:has([name=ready_count]:contains(1)):has([name=move_count]:contains(2))",
        },
        {
            content: "It is not to be signed at once",
            trigger: ".modal [name=sign] input",
            run: "click",
        },
        {
            content: "Signing is off",
            trigger: ".modal [name=sign] input:not(:checked)",
        },
        {
            content: "Of the other e-taxes may have it already",
            trigger: ".modal .alert-danger:contains(It may be this one) a:contains(Answer)",
            run: "click",
        },
        {
            content: "It is another one",
            trigger: ".modal button[name=action_other]",
            run: "click",
        },
        {
            content: "Both can be sent now",
            trigger: ".modal:not(:has(.alert-danger)) .o_vatportal_ready:has([name=ready_count]:contains(2)):has([name=move_count]:contains(2))",
        },
        {
            content: "What was chosen stands",
            trigger: ".modal [name=sign] input:not(:checked)",
        },
        ...sendUnsigned(),
    ],
});

registry.category("web_tour.tours").add("vatportal_answer_package", {
    steps: () => [
        {
            content: "Choose them",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Open the actions",
            trigger: ".o_control_panel .o_cp_action_menus button:has(.fa-cog)",
            run: "click",
        },
        {
            content: "Put them into a package",
            trigger: ".o-dropdown-item:contains(Download e-taxes Package)",
            run: "click",
        },
        {
            content: "Of one e-taxes may have it already",
            trigger:
                ".modal:has([name=ready_count]:contains(1)):has([name=move_count]:contains(2)) .alert-danger:contains(It may be this one) a:contains(Answer)",
            run: "click",
        },
        {
            content: "It is another one",
            trigger: ".modal button[name=action_other]",
            run: "click",
        },
        {
            content: "Both are there still, and can be put into the package",
            trigger:
                ".modal:not(:has(.alert-danger)):has([name=ready_count]:contains(2)):has([name=move_count]:contains(2)):has(button[name=action_download]) button[special=cancel]",
            run: "click",
        },
        {
            content: "The dialog is gone",
            trigger: "body:not(:has(.modal))",
        },
    ],
});

registry.category("web_tour.tours").add("vatportal_compare", {
    steps: () => [
        {
            content: "A backup was restored",
            trigger: ".o_form_view button[name=action_compare]",
            run: "click",
        },
        {
            content: "What it does is said, and the folder is no question",
            trigger: ".modal:not(:has([name=direction]:visible)) .alert-info:contains(Nothing is sent)",
        },
        {
            content: "Compare",
            trigger: ".modal button[name=action_import]",
            run: "click",
        },
        {
            content: "What was found, and what was not, is said",
            trigger: ".modal:contains(1 invoices were sent that this database did not know):contains(does not know. Look for them there)",
            timeout: 20000,
        },
        ...closeDialog(),
        {
            content: "Back on the connector",
            trigger: ".o_form_view button[name=action_compare]",
        },
    ],
});

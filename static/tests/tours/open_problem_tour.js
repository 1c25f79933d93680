import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

import { sendAllInList, sendUnsigned } from "./vatportal_tours";

const mend = () => [
    {
        content: "Open what is to be mended",
        trigger: ".modal .alert-danger a:contains(Open)",
        run: "click",
    },
    {
        content: "Its form is above the wizard",
        trigger: ".modal:has(.modal-footer .o_form_button_save) [name=vatportal_code] input",
        run: "edit 2523290000",
    },
    {
        content: "Save it",
        trigger: ".modal .modal-footer .o_form_button_save",
        run: "click",
    },
];

// What is to be mended opens above the wizard; saved, the wizard is there with all that was chosen, and has looked again.
registry.category("web_tour.tours").add("vatportal_open_problem", {
    steps: () => [
        {
            content: "Two posted invoices",
            trigger: ".o_list_view .o_data_row:nth-child(2)",
        },
        ...sendAllInList(),
        {
            content: "One of them lacks a code",
            trigger: ".modal .o_vatportal_ready:has([name=ready_count]:contains(1)):has([name=move_count]:contains(2))",
        },
        {
            content: "It is not to be signed at once",
            trigger: ".modal [name=sign] input",
            run: "click",
        },
        ...mend(),
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

const call = (method, args) =>
    rpc(`/web/dataset/call_kw/account.move/${method}`, { model: "account.move", method, args, kwargs: {} });

/** Somebody else puts the invoice of that amount into a package. */
async function putIntoPackage(amount) {
    const ids = await call("search", [[["amount_untaxed", "=", amount], ["state", "=", "posted"]]]);
    await call("action_vatportal_xml", [ids]);
}

// What came up while something was mended is on the form, and not asked once more.
registry.category("web_tour.tours").add("vatportal_seen_once", {
    steps: () => [
        {
            content: "Three posted invoices",
            trigger: ".o_list_view .o_data_row:nth-child(3)",
        },
        ...sendAllInList(),
        {
            content: "One of them lacks a code",
            trigger: ".modal .o_vatportal_ready:has([name=ready_count]:contains(2)):has([name=move_count]:contains(3))",
        },
        {
            content: "They are not to be signed at once",
            trigger: ".modal [name=sign] input",
            run: "click",
        },
        {
            content: "Meanwhile one goes into a package",
            trigger: ".modal [name=sign] input:not(:checked)",
            run: () => putIntoPackage(100),
        },
        {
            content: "Send them",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "It is shown first; and another one goes into a package",
            trigger: ".modal .alert-warning:contains(A package with this invoice)",
            run: () => putIntoPackage(59.99),
        },
        ...mend(),
        {
            content: "Both packages are shown",
            trigger: ".modal:not(:has(.alert-danger)):has(.alert-warning:nth-child(2)) .o_vatportal_ready:has([name=ready_count]:contains(3))",
        },
        ...sendUnsigned(),
    ],
});

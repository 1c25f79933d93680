import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

const step = (key, state) => `.o_vatportal_step[data-step=${key}][data-state=${state}]`;
const press = (key, button) => ({
    content: `Press ${button} of ${key}`,
    trigger: `.o_vatportal_step[data-step=${key}] button[data-button=${button}]:enabled`,
    run: "click",
});
const confirm = () => ({
    content: "It says beforehand what will change",
    trigger: ".modal:contains(Azerbaijan) .modal-footer .btn-primary, .modal:contains(18 %) .modal-footer .btn-primary",
    run: "click",
});

// From the menu of a company that has nothing to the set-up in which nothing is missing.
registry.category("web_tour.tours").add("vatportal_setup", {
    steps: () => [
        { content: "There is no chart yet", trigger: step("chart", "open") },
        press("chart", "chart"),
        confirm(),
        { content: "The chart is there", trigger: step("chart", "done") },
        { content: "It is in manat", trigger: step("currency", "done") },
        press("voen", "voen"),
        { content: "The form of the company opens", trigger: ".modal [name=vat] input", run: "edit 1402345691" },
        { content: "Save it", trigger: ".modal button[name=action_save_onboarding_company_data]", run: "click", expectUnloadPage: true },
        { content: "The page has the number", trigger: `${step("voen", "done")}:contains(1402345691)` },
        press("connector", "connector"),
        {
            content: "Enter the address of the sandbox",
            trigger: ".o_form_view .o_field_widget[name=base_url] input",
            async run(helpers) {
                const url = await rpc("/web/dataset/call_kw/ir.config_parameter/get_param", {
                    model: "ir.config_parameter",
                    method: "get_param",
                    args: ["l10n_az_vatportal.test_url"],
                    kwargs: {},
                });
                await helpers.edit(url);
            },
        },
        { content: "And the token", trigger: ".o_form_view .o_field_widget[name=token] input", run: "edit sandbox-token" },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "The form says what the set-up lacks", trigger: ".o_form_view .alert[name=setup_note]:contains(Taxes)" },
        { content: "Back by its link", trigger: ".o_form_view button[name=action_setup]", run: "click" },
        press("connector", "test"),
        { content: "It works, and something is missing", trigger: ".o_notification:contains(The set-up still lacks)" },
        { content: "The page keeps what came of it", trigger: step("connector", "done") },
        press("taxes", "taxes"),
        { content: "The default taxes are others", trigger: '.o_vatportal_step[data-step=taxes] button[data-button=default_taxes]' },
        press("taxes", "default_taxes"),
        confirm(),
        { content: "The taxes are right", trigger: step("taxes", "done") },
        { content: "Nothing is missing", trigger: ".o_vatportal_setup_complete" },
    ],
});

// Two companies: the one at work is shown, the other is set up from the same page.
registry.category("web_tour.tours").add("vatportal_setup_companies", {
    steps: () => [
        { content: "That at work is shown", trigger: ".o_vatportal_setup h2:contains(Xəzər)" },
        { content: "Its chart is there", trigger: step("chart", "done") },
        {
            content: "The other lacks a chart",
            trigger: ".o_vatportal_setup_company:contains(Yeni):contains(Chart of accounts)",
            run: "click",
        },
        { content: "Its steps are shown", trigger: ".o_vatportal_setup h2:contains(Yeni)" },
        press("chart", "chart"),
        confirm(),
        { content: "It has a chart", trigger: step("chart", "done") },
        { content: "The list says so", trigger: ".o_vatportal_setup_company:contains(Yeni):not(:contains(Chart of accounts))" },
        { content: "It is shown still", trigger: ".o_vatportal_setup h2:contains(Yeni)" },
    ],
});

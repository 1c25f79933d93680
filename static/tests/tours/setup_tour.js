import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

import { DONE } from "./vatportal_tours";

const step = (key, state) => `.o_vatportal_step[data-step=${key}][data-state=${state}]`;
const press = (key, button) => ({
    content: `Press ${button} of ${key}`,
    trigger: `.o_vatportal_step[data-step=${key}] button[data-button=${button}]:enabled`,
    run: "click",
});
const confirm = () => ({
    content: "It says beforehand what will change",
    trigger: ".modal .modal-body:not(:empty) ~ .modal-footer .btn-primary",
    run: "click",
});
const field = (name, tag = "input") => `.o_form_view .o_field_widget[name=${name}] ${tag}`;
const choose = (content, input, text) => [
    { content, trigger: input, run: `edit ${text}` },
    { content: `${text} is found`, trigger: `.o-autocomplete--dropdown-item:contains(${text})`, run: "click" },
];
const look = (content, trigger) => ({ content, trigger, timeout: 60000 });

/**
 * From the first page of the menu to the first number. No words in any trigger: the walk is made in Azerbaijani.
 *
 * @param {Object[]} chart the steps of the chart of accounts, where there is none yet
 * @param {Object[]} taxes the steps of the taxes, where they are not understood as they are
 */
const firstNumber = (chart, taxes) => [
    { content: "Nothing is set up: the page leads there", trigger: ".o_vatportal_desk_setup .btn-primary", run: "click" },
    ...chart,
    look("The chart is there", step("chart", "done")),
    look("It is in manat", step("currency", "done")),
    press("voen", "voen"),
    { content: "The form of the company opens", trigger: ".modal [name=vat] input", run: "edit 1402345691" },
    { content: "Save it", trigger: ".modal button[name=action_save_onboarding_company_data]", run: "click", expectUnloadPage: true },
    look("The page has the number", `${step("voen", "done")}:contains(1402345691)`),
    press("connector", "connector"),
    {
        content: "Enter the address of the sandbox",
        trigger: field("base_url"),
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
    { content: "And the token", trigger: field("token"), run: "edit sandbox-token" },
    { content: "Save", trigger: ".o_form_button_save", run: "click" },
    { content: "Back by the link of what the set-up lacks, or as one came", trigger: ".o_form_view button[name=action_setup], .o_form_saved .o_back_button", run: "click" },
    press("connector", "test"),
    look("The page keeps what came of it", step("connector", "done")),
    ...taxes,
    look("The taxes are right", `:is(${step("taxes", "done")}, ${step("taxes", "advice")})`),
    look("Nothing is missing", ".o_vatportal_setup_complete"),
    press("products", "products"),
    { content: "A new product", trigger: ".o_list_button_add", run: "click" },
    { content: "with its name", trigger: ".o_selected_row .o_field_widget[name=name] :is(input, textarea)", run: "edit Sement M500" },
    { content: "and its code", trigger: ".o_selected_row .o_field_widget[name=vatportal_code] input", run: "edit 2523290000" },
    { content: "Save it", trigger: ".o_list_button_save", run: "click" },
    { content: "Back", trigger: ".o_list_view:not(:has(.o_selected_row)) .o_back_button", run: "click" },
    press("invoice", "invoice"),
    ...choose("For whom", field("partner_id"), "Abşeron Tikinti"),
    { content: "A line", trigger: ".o_field_x2many_list_row_add a", run: "click" },
    ...choose("What", ".o_selected_row .o_list_many2one[name=product_id] input", "Sement M500"),
    { content: "At what price", trigger: ".o_selected_row [name=price_unit] input", run: "edit 100" },
    { content: "Confirm", trigger: ".o_form_view button[name=action_post]:enabled", run: "click" },
    { content: "Send", trigger: ".o_form_view button[name=action_vatportal_send]:enabled", run: "click" },
    { content: "It can go", trigger: ".modal button[name=action_send]", run: "click" },
    look("The first number", `${DONE} .o_vatportal_qaime`),
];

// A company that has nothing, with Odoo's generic chart.
registry.category("web_tour.tours").add("vatportal_first_number", {
    steps: () =>
        firstNumber(
            [look("There is no chart yet", step("chart", "open")), press("chart", "chart"), confirm()],
            [
                press("taxes", "taxes"),
                look("The default taxes are others", ".o_vatportal_step[data-step=taxes] button[data-button=default_taxes]"),
                press("taxes", "default_taxes"),
                confirm(),
            ]
        ),
});
// With the taxes of the national chart, at which nothing is to be done.
registry.category("web_tour.tours").add("vatportal_first_number_chart", { steps: () => firstNumber([], []) });

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
        { content: "It says for whom, and has no word that annuls", trigger: ".modal:has(.modal-title:contains(Yeni MMC)) .modal-footer button:contains(Discard)" },
        confirm(),
        look("It has a chart", step("chart", "done")),
        { content: "The list says so", trigger: ".o_vatportal_setup_company:contains(Yeni):not(:contains(Chart of accounts))" },
        { content: "It is shown still", trigger: ".o_vatportal_setup h2:contains(Yeni)" },
        press("connector", "connector"),
        { content: "The form of a new connector, of that company", trigger: `.o_form_view .o_field_widget[name=company_id] input:value("Yeni MMC")` },
        { content: "Back as one came", trigger: ".o_back_button, .breadcrumb a:first", run: "click" },
        { content: "The same company is shown", trigger: ".o_vatportal_setup h2:contains(Yeni)" },
        { content: "Reload the page", trigger: step("connector", "open"), run: () => window.location.reload(), expectUnloadPage: true },
        { content: "It is that still", trigger: ".o_vatportal_setup h2:contains(Yeni)" },
        press("voen", "voen"),
        { content: "What is pressed is done for that one", trigger: ".modal .modal-title:contains(Yeni)" },
    ],
});

import { registry } from "@web/core/registry";

const cell = (name) => `.o_data_row:has(td[name=name]:contains(${name})) td[name=vatportal_code]`;

// The list of products without a code: one is found by a word, the other by what it is called.
registry.category("web_tour.tours").add("vatportal_product_codes", {
    steps: () => [
        { content: "What has a code is not listed", trigger: ".o_list_view:has(.o_data_row):not(:contains(Sement var))" },
        { content: "Open the code of the first", trigger: cell("kərpic"), run: "click" },
        { content: "Type a word", trigger: ".o_selected_row [name=vatportal_code] input", run: "edit tikinti" },
        {
            content: "The classifier has it",
            trigger: ".o-autocomplete--dropdown-menu .o-autocomplete--dropdown-item:contains(6904100000):contains(Tikinti):contains(classifier)",
            run: "click",
        },
        { content: "It stands there", trigger: ".o_selected_row [name=vatportal_code] input:value(6904100000)" },
        { content: "Save", trigger: ".o_list_button_save", run: "click" },
        { content: "Saved", trigger: ".o_list_view:not(:has(.o_selected_row))" },
        { content: "Open the code of the other", trigger: cell("çay"), run: "click" },
        { content: "What it may be is suggested by its name", trigger: ".o_selected_row [name=vatportal_code] input", run: "click" },
        {
            content: "Choose it",
            trigger: ".o-autocomplete--dropdown-menu .o-autocomplete--dropdown-item:contains(0902300000)",
            run: "click",
        },
        { trigger: ".o_selected_row [name=vatportal_code] input:value(0902300000)" },
        { content: "Save", trigger: ".o_list_button_save", run: "click" },
        { content: "Saved", trigger: ".o_list_view:not(:has(.o_selected_row))" },
    ],
});

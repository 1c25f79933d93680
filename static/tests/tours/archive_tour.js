import { registry } from "@web/core/registry";

// The documents of last year, without those that have no date. Texts are in Azerbaijani, so nothing is looked for by its name.
registry.category("web_tour.tours").add("vatportal_archive", {
    steps: () => [
        {
            content: "Open the dialog",
            trigger: ".o_vatportal_desk",
            run() {
                odoo.__WOWL_DEBUG__.root.env.services.action.doAction("l10n_az_vatportal.vatportal_archive_wizard_action");
            },
        },
        {
            content: "Last year is proposed, and what has no date",
            trigger: ".modal .o_field_widget[name=document_count]:contains(/^2$/)",
        },
        {
            content: "Leave that out",
            trigger: ".modal .o_field_widget[name=with_undated] input",
            run: "click",
        },
        {
            content: "It counts at once",
            trigger: ".modal .o_field_widget[name=document_count]:contains(/^1$/)",
        },
        {
            content: "Download it",
            trigger: ".modal button[name=action_download]",
            run: "click",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.modal)) .o_vatportal_desk",
        },
    ],
});

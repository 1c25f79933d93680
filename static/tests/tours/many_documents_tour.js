import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("vatportal_many_documents", {
    steps: () => [
        {
            content: "One of three is listed, all are counted, and no numbers are copied that are not all",
            trigger:
                ".o_vatportal_progress:not(:has(.o_vatportal_document + .o_vatportal_document)):has(.o_vatportal_success:contains(All 3):not(:has(.o_clipboard_button))) .o_vatportal_more:contains(2 more)",
        },
        {
            content: "Open the others",
            trigger: ".o_vatportal_more .o_vatportal_all_documents",
            run: "click",
        },
        {
            content: "All three are listed",
            trigger: ".o_list_view .o_data_row:nth-child(3)",
        },
    ],
});

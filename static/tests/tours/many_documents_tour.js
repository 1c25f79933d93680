import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("vatportal_many_documents", {
    steps: () => [
        {
            content: "All three are counted",
            trigger: ".o_vatportal_progress .o_vatportal_success:contains(All 3 documents)",
        },
        {
            content: "One of them is listed",
            trigger: ".o_vatportal_documents tbody:not(:has(.o_vatportal_document:nth-child(2)))",
        },
        {
            content: "No numbers are copied that are not all",
            trigger: ".o_vatportal_success:not(:has(button))",
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

import { registry } from "@web/core/registry";

import { closeDialog, phone, press, sendAllInList } from "./vatportal_tours";

const status = (text) => ({
    content: `The list says: ${text}`,
    trigger: `.o_list_view .o_data_row .o_data_cell[name=vatportal_shown_status]:contains(${text})`,
    timeout: 30000,
});

// The list beneath the live view reads itself again as the process moves, and after the view was closed as well.
registry.category("web_tour.tours").add("vatportal_list_follows", {
    steps: () => [
        status("Not sent yet"),
        ...sendAllInList(),
        {
            content: "Send it",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        phone("confirm", 1),
        {
            content: "PIN2 is asked for",
            trigger: ".modal .o_vatportal_code[data-kind=pin2]",
            timeout: 20000,
        },
        ...closeDialog(),
        status("Waiting for PIN"),
        {
            content: "The code is in a notification; confirm it on the phone",
            trigger: ".o_notification .o_vatportal_notified_code",
            run: () => press("confirm", 2),
        },
        status("Waits for approval"),
    ],
});

import { registry } from "@web/core/registry";

import { DONE, phone } from "./vatportal_tours";

// No words in any trigger: the walk is made in Azerbaijani.
const MENU = "l10n_az_vatportal.menu_vatportal";
const MOST_CLICKS = 40;

let clicks = 0;
const count = () => (clicks += 1);

/** A click that is counted. */
const click = (content, trigger) => ({
    content,
    trigger,
    async run(helpers) {
        count();
        await helpers.click();
    },
    timeout: 30000,
});
const look = (content, trigger) => ({ content, trigger, timeout: 30000 });

const toDo = () => [
    click("Back to what is to be done: the menu", `.o_menu_sections [data-menu-xmlid='${MENU}']`),
    click("and its first page", `.o-dropdown--menu [data-menu-xmlid='${MENU}_desk']`),
];
const task = (key, left) => [click(`${left} of ${key}`, `.o_vatportal_task[data-task=${key}]:has(.o_vatportal_task_count:contains(/^${left}$/))`)];

const all = () => click("All of them", ".o_list_view thead .o_list_record_selector input");
const send = () => [
    all(),
    click("Send them", ".o_control_panel button[name=action_vatportal_send]"),
    click("It shows what goes: send", ".modal button[name=action_send]"),
];
const close = () => click("Close the live view", ".modal footer button[special=cancel], .modal footer .btn:not(.btn-primary)");

const answer = (left) => [
    ...task("question", left),
    click("Open it", ".o_list_view .o_data_row .o_data_cell[name=counterparty_name]"),
    click("Answer it", ".o_form_view .btn-primary[name=action_bill_wizard]"),
    click("It is booked like this", ".modal .o_field_widget[name=booking] input"),
    click("Make the bill", ".modal footer button.btn-primary[name=action_create]"),
    look("There it is", ".o_form_view .o_field_widget[name=invoice_line_ids]"),
    ...toDo(),
];

registry.category("web_tour.tours").add("vatportal_morning", {
    steps: () => [
        // Yesterday's incoming
        ...task("to_bill", 2),
        all(),
        click("Bill them", ".o_control_panel button[name=action_create_bills]"),
        look("Two draft bills", ".o_list_view:not(:has(.o_data_row:nth-child(3))) .o_data_row:nth-child(2) .o_data_cell[name=invoice_partner_display_name]"),
        ...toDo(),
        ...answer(2),
        ...answer(1),
        // What the buyer sent back
        ...task("sent_back", 1),
        click("Open it", ".o_list_view .o_data_row .o_data_cell[name=name]"),
        look("It says what to do", ".o_form_view .alert"),
        ...toDo(),
        // Three to send, and the second PIN is missed
        ...task("to_send", 3),
        ...send(),
        phone("confirm", 1),
        phone("decline", 2),
        click("Once more", ".modal .o_vatportal_progress[data-state=failed] .o_vatportal_retry"),
        phone("confirm", 1),
        phone("confirm", 2),
        look("All three have a number", `${DONE}:has(.o_vatportal_counts [data-count=registered]:contains(3))`),
        close(),
        ...toDo(),
        // What was left over from yesterday
        ...task("refused", 1),
        ...send(),
        phone("confirm", 1),
        phone("confirm", 2),
        look("It has its number", `${DONE} .o_vatportal_success`),
        close(),
        ...toDo(),
        {
            content: "Nothing is left but what others have to do, and it took no longer than this",
            trigger: ".o_vatportal_desk:not(:has(:is([data-task=to_send], [data-task=refused], [data-task=to_bill])))",
            run() {
                console.log(`${clicks} clicks`);
                if (clicks > MOST_CLICKS) {
                    throw new Error(`It took ${clicks} clicks`);
                }
            },
        },
    ],
});

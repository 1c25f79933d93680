import { registry } from "@web/core/registry";
import { rpc } from "@web/core/network/rpc";

const CODE = ".modal .o_vatportal_code";
export const DONE = ".modal .o_vatportal_progress[data-state=done]";

// ---------------------------------------------------------------------------
// The sandbox's phone page: what it shows, and its two buttons
// ---------------------------------------------------------------------------

async function phoneUrl() {
    const [connector] = await rpc("/web/dataset/call_kw/vatportal.connector/search_read", {
        model: "vatportal.connector",
        method: "search_read",
        args: [[], ["base_url"]],
        kwargs: { limit: 1 },
    });
    return connector.base_url.replace(/\/api$/, "/phone");
}

const NOTIFIED = ".o_notification .o_vatportal_notified_code";

function shownCode() {
    return document.querySelector(`${CODE} .o_vatportal_digits, ${NOTIFIED}`).textContent.trim();
}

/** Compare the code on the phone with the one on screen, as a person does, and press `button`. */
export const press = (button, pin) =>
    onPhone(button, pin, (prompt) => {
        if (prompt.code !== shownCode()) {
            throw new Error(`The phone shows ${prompt.code}, the screen ${shownCode()}`);
        }
    });

/** Press `button` of the prompt that asks for `pin`. */
export async function onPhone(button, pin, check = () => {}) {
    const phone = await phoneUrl();
    const { waiting } = await (await fetch(`${phone}/prompts`)).json();
    const prompt = waiting.find((candidate) => candidate.pin === pin);
    if (!prompt) {
        throw new Error(`The phone does not ask for PIN${pin}`);
    }
    check(prompt);
    const response = await fetch(`${phone}/${button}`, {
        method: "POST",
        body: JSON.stringify({ id: prompt.id }),
    });
    if (!response.ok) {
        throw new Error(`The phone answers ${response.status}`);
    }
}

// ---------------------------------------------------------------------------
// Steps
// ---------------------------------------------------------------------------

export const phone = (button, pin) => ({
    content: `The code for PIN${pin} is shown; ${button} it on the phone`,
    trigger: `${CODE}[data-kind=pin${pin}] .o_vatportal_digits`,
    timeout: 20000,
    run: () => press(button, pin),
});

/**
 * For tests with the phone page open in a browser of its own: the person reads the code on the screen and looks for
 * the same one on the phone, where its button is pressed. See `PhoneCase`, which listens to the console.
 */
const readOut = (button, pin) => ({
    content: `The code for PIN${pin} is shown; ${button} the prompt on the phone page that shows the same`,
    trigger: `${CODE}[data-kind=pin${pin}] .o_vatportal_digits`,
    timeout: 20000,
    run: () => console.log(`ASAN: ${button} PIN${pin} ${shownCode()}`),
});

/** The same for a code in a notification. */
const readOutNotified = (button, pin) => ({
    content: `A notification shows the code for PIN${pin}; ${button} the prompt on the phone page that shows the same`,
    trigger: `.o_notification:contains(PIN${pin}) .o_vatportal_notified_code`,
    timeout: 20000,
    run: () => console.log(`ASAN: ${button} PIN${pin} ${shownCode()}`),
});

const wizardSends = () => ({
    content: "The wizard has nothing against it: send",
    trigger: ".modal button[name=action_send]:contains(Send)",
    run: "click",
});

/** Press *Send to e-taxes* for all records of the list. */
export const sendAllInList = () => [
    {
        content: "Select them",
        trigger: ".o_list_view thead .o_list_record_selector input",
        run: "click",
    },
    {
        content: "Send them",
        trigger: ".o_control_panel button[name=action_vatportal_send]",
        run: "click",
    },
];

/** Press Send of a dialog in which signing is off: no PIN is asked for. */
export const sendUnsigned = () => [
    {
        content: "Send them",
        trigger: ".modal button[name=action_send]",
        run: "click",
    },
    {
        content: "They are imported",
        trigger: DONE,
        timeout: 30000,
    },
];

export const closeDialog = () => [
    {
        content: "Close the dialog",
        trigger: ".modal footer button:contains(Close)",
        run: "click",
    },
    {
        content: "The dialog is gone",
        trigger: "body:not(:has(.modal))",
    },
];

const sendFromForm = () => [
    {
        content: "Sending is the next step",
        trigger: ".o_form_view button.btn-primary[name=action_vatportal_send]",
        run: "click",
    },
    wizardSends(),
];

const numberOnForm = () => [
    {
        content: "The invoice has its number",
        trigger: ".o_form_view .oe_stat_button [name=vatportal_qaime]:contains(/MT[0-9]+/)",
    },
    {
        content: "and can't be sent again",
        trigger: ".o_form_view:not(:has(button[name=action_vatportal_send]))",
    },
];

// ---------------------------------------------------------------------------
// Tours
// ---------------------------------------------------------------------------

registry.category("web_tour.tours").add("vatportal_send_from_list", {
    steps: () => [
        {
            content: "Two posted invoices",
            trigger: ".o_list_view .o_data_row:nth-child(2)",
        },
        ...sendAllInList(),
        wizardSends(),
        {
            content: "The steps are shown, and both invoices",
            trigger: ".modal .o_vatportal_progress:has(.o_vatportal_step[data-step=numbers]):has(.o_vatportal_document + .o_vatportal_document)",
        },
        readOut("confirm", 1),
        {
            content: "The log-in is done",
            trigger: ".modal .o_vatportal_step_done[data-step=login]",
            timeout: 20000,
        },
        readOut("confirm", 2),
        {
            content: "Both have a number",
            trigger: `${DONE}:has(.o_vatportal_counts [data-count=registered]:contains(2))`,
            timeout: 20000,
        },
        {
            content: "The numbers are shown, the code is gone",
            trigger: `${DONE}:not(:has(.o_vatportal_code)) .o_vatportal_document .o_vatportal_qaime:contains(/^MT[0-9]+$/)`,
        },
        ...closeDialog(),
        {
            content: "The list knows it; open one of them",
            trigger: ".o_list_view .o_data_row:has(.o_data_cell[name=vatportal_shown_status]:contains(Waits for approval)) .o_data_cell[name=name]",
            run: "click",
        },
        ...numberOnForm(),
    ],
});

const SELECTION = ".modal .o_vatportal_selection";

async function runBehind() {
    const call = (method, args, kwargs = {}) =>
        rpc(`/web/dataset/call_kw/ir.cron/${method}`, { model: "ir.cron", method, args, kwargs });
    const [cron] = await call("search_read", [[["code", "=", "model._cron_queue()"]], ["id"]]);
    await call("method_direct_trigger", [[cron.id]]);
}

registry.category("web_tour.tours").add("vatportal_send_large", {
    steps: () => [
        {
            content: "Four posted invoices",
            trigger: ".o_list_view .o_data_row:nth-child(4)",
        },
        ...sendAllInList(),
        {
            content: "They are too many to be checked here",
            trigger: ".modal .o_vatportal_large:contains(4)",
        },
        wizardSends(),
        {
            content: "All of them wait, and can be stopped; now the scheduled action comes",
            trigger: `${SELECTION}[data-state=open]:has([data-count=waiting]:contains(4)):has(.o_vatportal_stop_selection):has([aria-valuenow='0'])`,
            run: runBehind,
        },
        {
            content: "Three are queued, one is not, and it says why",
            trigger: `${SELECTION}[data-state=done]:has([data-count=queued]:contains(3)):has([data-count=refused]:contains(1)):has([aria-valuenow='100']) .alert:contains(Kabel):contains(Open)`,
            timeout: 20000,
        },
        readOut("confirm", 1),
        readOut("confirm", 2),
        {
            content: "The three have their numbers, in the same dialog",
            trigger: `${DONE}:has(.o_vatportal_counts [data-count=registered]:contains(3))`,
            timeout: 20000,
        },
        {
            content: "The list of what was chosen",
            trigger: `${SELECTION} .o_vatportal_lines_link`,
            run: "click",
        },
        {
            content: "shows what was not queued",
            trigger: ".o_list_view .o_data_row:has(.o_data_cell[name=state]:contains(Not queued)) .o_data_cell[name=text]:contains(Kabel)",
        },
    ],
});

let codeBefore;

registry.category("web_tour.tours").add("vatportal_follow_again", {
    steps: () => [
        ...sendFromForm(),
        {
            content: "A code is shown",
            trigger: `${CODE}[data-kind=pin1] .o_vatportal_digits`,
            run: () => {
                codeBefore = shownCode();
            },
        },
        ...closeDialog(),
        {
            content: "The code stays in sight, in a notification",
            trigger: NOTIFIED,
            run({ anchor }) {
                if (anchor.textContent.trim() !== codeBefore) {
                    throw new Error(`${anchor.textContent} is not ${codeBefore}`);
                }
            },
        },
        {
            content: "Come back through the invoice's banner",
            trigger: ".o_form_view .alert a:contains(Follow)",
            run: "click",
        },
        {
            content: "The same code is shown",
            trigger: `${CODE}[data-kind=pin1] .o_vatportal_digits`,
            run: () => {
                if (shownCode() !== codeBefore) {
                    throw new Error(`${shownCode()} is not ${codeBefore}`);
                }
            },
        },
        {
            content: "and here alone",
            trigger: "body:not(:has(.o_vatportal_notification))",
        },
        readOut("confirm", 1),
        readOut("confirm", 2),
        {
            content: "Registered",
            trigger: `${DONE} .o_vatportal_success:contains(/MT[0-9]+/)`,
            timeout: 20000,
        },
        ...closeDialog(),
        ...numberOnForm(),
    ],
});

registry.category("web_tour.tours").add("vatportal_close_early", {
    steps: () => [
        ...sendFromForm(),
        {
            content: "A code is shown",
            trigger: `${CODE}[data-kind=pin1] .o_vatportal_digits`,
        },
        ...closeDialog(),
        readOutNotified("confirm", 1),
        readOutNotified("confirm", 2),
        {
            content: "The end is told",
            trigger: ".o_notification:contains(/Registered: MT[0-9]+/)",
            timeout: 20000,
        },
        // Nobody has loaded the form again.
        ...numberOnForm(),
    ],
});

registry.category("web_tour.tours").add("vatportal_decline_and_retry", {
    steps: () => [
        ...sendFromForm(),
        readOut("decline", 1),
        {
            content: "The process ends with errors, and says why",
            trigger:
                ".modal .o_vatportal_progress[data-state=failed]:has(.o_vatportal_step_failed[data-step=login]):contains(/PIN1 was (declined|not confirmed)/)",
            timeout: 20000,
        },
        {
            content: "Try again",
            trigger: ".modal .o_vatportal_retry",
            run: "click",
        },
        readOut("confirm", 1),
        readOut("confirm", 2),
        {
            content: "Registered",
            trigger: `${DONE} .o_vatportal_success:contains(/MT[0-9]+/)`,
            timeout: 20000,
        },
        ...closeDialog(),
        ...numberOnForm(),
    ],
});

registry.category("web_tour.tours").add("vatportal_to_the_connector", {
    steps: () => [
        ...sendFromForm(),
        {
            content: "The portal does not let the connector in; go there",
            trigger: ".modal .o_vatportal_progress[data-state=failed] .o_vatportal_connector",
            timeout: 20000,
            run: "click",
        },
        {
            content: "The connector's form",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name=base_url]",
        },
        {
            content: "Back to the invoice",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "Its banner leads there as well",
            trigger: ".o_form_view .alert a:contains(Open the connector)",
            run: "click",
        },
        {
            content: "The connector's form again",
            trigger: ".o_form_view .o_field_widget[name=base_url]",
        },
        {
            content: "Back once more",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "From a dialog that the banner opened",
            trigger: ".o_form_view .alert a:contains(Send again)",
            run: "click",
        },
        {
            content: "Send",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "the button leads there too",
            trigger: ".modal .o_vatportal_progress[data-state=failed] .o_vatportal_connector",
            timeout: 20000,
            run: "click",
        },
        {
            content: "The connector's form, and it stays",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name=base_url]",
        },
    ],
});

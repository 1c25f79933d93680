import { registry } from "@web/core/registry";

import { closeDialog, onPhone, phone } from "./vatportal_tours";

const SYSTRAY = ".o_vatportal_systray";
const PROMPT = ".o_vatportal_prompt";

/** What the systray and the title of the tab say of one prompt that waits. */
const oneWaits = (pin) => [
    {
        content: "The prompt is counted, with the time that is left",
        trigger: `${SYSTRAY}:has(.o_vatportal_systray_count:contains(1)):has(.o_vatportal_systray_left:contains(:))`,
        timeout: 20000,
    },
    {
        content: "The title of the tab says so",
        trigger: "body",
        run() {
            if (!document.title.startsWith("(")) {
                throw new Error(`The title is ${document.title}`);
            }
        },
    },
    {
        content: "Open the list",
        trigger: SYSTRAY,
        run: "click",
    },
    {
        content: "It shows code, company, phone and what is signed",
        trigger: `${PROMPT}:contains(PIN${pin})`,
        run() {
            const prompt = document.querySelector(PROMPT);
            const texts = ["code", "left"].map((part) => prompt.querySelector(`.o_vatportal_prompt_${part}`).textContent);
            const [, minutes, seconds] = /^(\d\d):(\d\d)$/.exec(texts[1]);
            const left = 60 * Number(minutes) + Number(seconds);
            if (!/^\d{4}$/.test(texts[0]) || left < 1 || left > 120) {
                throw new Error(`The prompt says ${texts}`);
            }
            for (const part of ["company", "phone", "what"]) {
                if (!prompt.querySelector(`.o_vatportal_${part}`).textContent.trim()) {
                    throw new Error(`The prompt does not say its ${part}`);
                }
            }
        },
    },
];

// A page is loaded while the phone waits: nobody has opened anything, and the code is there.
registry.category("web_tour.tours").add("vatportal_prompt_after_reload", {
    steps: () => [
        ...oneWaits(1),
        {
            content: "Open the live view",
            trigger: PROMPT,
            run: "click",
        },
        {
            content: "The live view says how long the phone waits",
            trigger: ".modal .o_vatportal_code .o_vatportal_left:contains(:)",
        },
        phone("confirm", 1),
        phone("confirm", 2),
        {
            content: "Nothing waits any more",
            trigger: `body:not(:has(${SYSTRAY})) .modal .o_vatportal_progress[data-state=done]`,
            timeout: 30000,
        },
        {
            content: "Nor does the title say so",
            trigger: "body",
            run() {
                if (/^\(\d+\)/.test(document.title)) {
                    throw new Error(`The title is ${document.title}`);
                }
            },
        },
    ],
});

// The first focus is on what comes next, so that neither Space nor Enter changes what is signed.
registry.category("web_tour.tours").add("vatportal_first_focus", {
    steps: () => [
        {
            content: "Send it",
            trigger: ".o_form_view button[name=action_vatportal_send]",
            run: "click",
        },
        {
            content: "The focus is on the button that sends",
            trigger: ".modal button[name=action_send]",
            async run() {
                await new Promise((resolve) => setTimeout(resolve, 300));
                if (document.activeElement?.getAttribute("name") !== "action_send") {
                    throw new Error(`The focus is on ${document.activeElement?.outerHTML}`);
                }
            },
        },
    ],
});

// Stopped while the phone asks: the code is gone from everywhere, the screen says what to do, and the end is told.
registry.category("web_tour.tours").add("vatportal_stop_signing", {
    steps: () => [
        {
            content: "Send it",
            trigger: ".o_form_view button[name=action_vatportal_send]",
            run: "click",
        },
        {
            content: "Go",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "The code is there, and can be stopped; the focus is on neither",
            trigger: ".modal .o_vatportal_progress:has(.o_vatportal_code) .o_vatportal_stop_signing",
            timeout: 20000,
            run: "click",
        },
        {
            content: "No code is left, and the headline says what to do",
            trigger: `body:not(:has(${SYSTRAY})) .modal .o_vatportal_progress:not(:has(.o_vatportal_code)) .o_vatportal_headline:contains(Decline the prompt)`,
        },
        {
            content: "The focus is in the dialog, where the pressed button is gone",
            trigger: ".modal:not(:has(.o_vatportal_stop_signing)) footer button:contains(Close):focus",
        },
        {
            content: "Decline it on the phone, whose code no screen shows",
            trigger: ".modal",
            run: () => onPhone("decline", 1),
        },
        {
            content: "Not sent, and the focus is on what can be done next",
            trigger: ".modal .o_vatportal_progress[data-state=failed]:contains(PIN1 was not confirmed) .o_vatportal_retry:focus",
            timeout: 20000,
        },
        ...closeDialog(),
    ],
});

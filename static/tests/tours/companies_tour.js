import { registry } from "@web/core/registry";

import { closeDialog, sendAllInList } from "./vatportal_tours";

const NOTIFICATION = ".o_vatportal_notification";
const CODES = ".modal .o_vatportal_view .o_vatportal_code";

/** A second tab of the same browser, with the web client open. */
let otherTab;
let pressedAt;

/** Wait for what the steps of a tour can't see: the other tab. */
async function until(what, look) {
    const end = Date.now() + 15000;
    for (;;) {
        const found = look();
        if (found) {
            return found;
        }
        if (Date.now() > end) {
            const shown = texts(otherTab.document, NOTIFICATION);
            const message = `Not within 15 s: ${what}. Ends: ${JSON.stringify(ends?.map((told) => told()))}. The other tab tells: ${shown.join(" | ")}`;
            console.log(message); // the tour says less where this tab is not in front
            throw new Error(message);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
}

const texts = (root, selector) => [...root.querySelectorAll(selector)].map((element) => element.textContent.trim());
const same = (some, others) => JSON.stringify([...some].sort()) === JSON.stringify([...others].sort());

/** The numbers in every notification of an end that a tab has shown, also of those that have gone away by themselves. */
function hearEnds(tab) {
    const told = new Map();
    const observer = new tab.MutationObserver(() => {
        for (const notification of tab.document.querySelectorAll(NOTIFICATION)) {
            const number = /Registered: (MT\d+)/.exec(notification.textContent);
            if (number) {
                told.set(notification, number[1]);
            }
        }
    });
    observer.observe(tab.document.body, { childList: true, subtree: true, characterData: true });
    return () => [...told.values()];
}

let ends;

const openOtherTab = () => ({
    content: "A second tab is open, beside this one",
    trigger: ".o_list_view .o_data_row",
    async run() {
        otherTab = window.open("/odoo/companies");
        await until("the second tab is ready", () => otherTab.document.querySelector(".o_list_view, .o_kanban_view"));
        // The test listens to the console.
        for (const tab of [window, otherTab]) {
            console.log(`ASAN TAB: ${tab.location.pathname}`);
            await until(`${tab.location.pathname} on screen`, () => !tab.document.hidden);
        }
        await until("both on screen", () => !document.hidden && !otherTab.document.hidden);
        ends = [hearEnds(window), hearEnds(otherTab)];
    },
});

const sendAll = () => [
    {
        content: "Three invoices, of a company each",
        trigger: ".o_list_view .o_data_row:nth-child(3)",
    },
    ...sendAllInList(),
    {
        content: "They are not one process, and it is said who is asked for what on which phone",
        trigger:
            ".modal:contains(They go as 3 processes):not(:contains(as one process)) .o_vatportal_processes tr:contains(İkinci MMC):contains(994502223344):contains(236.00)",
    },
    {
        content: "Each invoice has its company, for they all have the same number",
        trigger: ".modal .o_field_widget[name=ready_ids] .o_data_row:contains(Üçüncü MMC)",
    },
    {
        content: "Send",
        trigger: ".modal button[name=action_send]:contains(Send)",
        run() {
            pressedAt = Date.now();
            const seen = new Set();
            const observer = new MutationObserver(() => {
                for (const code of document.querySelectorAll(`${CODES}[data-kind=pin1] .o_vatportal_digits`)) {
                    const company = code.closest(".o_vatportal_view").querySelector(".o_vatportal_company").textContent;
                    if (!seen.has(company)) {
                        seen.add(company);
                        console.log(`ASAN SHOWN: ${company} ${((Date.now() - pressedAt) / 1000).toFixed(1)} s`);
                    }
                }
            });
            observer.observe(document.body, { childList: true, subtree: true });
            this.anchor.click();
        },
    },
];

/**
 * All three codes are on screen at the same time, each with what it belongs to, in the other tab too; then they are
 * confirmed on the phone page.
 */
const confirmAll = (pin, trigger, read) => ({
    content: `Three codes for PIN${pin}, each with company, phone and invoice`,
    trigger: `${trigger}:contains(Üçüncü MMC):contains(994503334455):contains(354.00 AZN):contains(PIN${pin})`,
    timeout: 60000,
    async run() {
        const codes = await until(`three codes for PIN${pin} at once`, () => {
            const found = read(document, pin);
            return found.length === 3 && found;
        });
        if (new Set(codes).size !== 3) {
            throw new Error(`Not three codes: ${codes}`);
        }
        await until(`the other tab tells of each code for PIN${pin} once`, () => same(readNotified(otherTab.document, pin), codes));
        codes.forEach((code) => console.log(`ASAN: confirm PIN${pin} ${code}`));
    },
});

const VIEW = ".modal .o_vatportal_view";
const readViews = (root, pin) => texts(root, `${CODES}[data-kind=pin${pin}] .o_vatportal_digits`);

/** The codes that are told; none as long as one is told that is not for this PIN. */
function readNotified(root, pin) {
    const told = [...root.querySelectorAll(NOTIFICATION)];
    return told.every((element) => element.textContent.includes(`PIN${pin}`))
        ? told.map((element) => texts(element, ".o_vatportal_notified_code")[0])
        : [];
}

registry.category("web_tour.tours").add("vatportal_three_companies", {
    steps: () => [
        openOtherTab(),
        ...sendAll(),
        confirmAll(1, VIEW, readViews),
        confirmAll(2, VIEW, readViews),
        {
            content: "All three are registered, and nothing of it was told twice in one tab",
            trigger: ".modal .o_vatportal_together [data-count=done]:contains(3)",
            timeout: 60000,
            async run() {
                if (texts(document, NOTIFICATION).length) {
                    throw new Error(`Told twice: ${texts(document, NOTIFICATION)}`);
                }
                await until("nothing of it is told in the other tab any more", () => !texts(otherTab.document, NOTIFICATION).length);
            },
        },
        {
            content: "The documents of one of them",
            trigger: ".modal .o_vatportal_view:contains(İkinci MMC) .o_vatportal_unfold",
            run: "click",
        },
        {
            content: "It has its number",
            trigger: ".modal .o_vatportal_view:contains(İkinci MMC) .o_vatportal_qaime:contains(/^MT[0-9]+$/)",
        },
        ...closeDialog(),
        {
            content: "Nothing of it is told again",
            trigger: "body:not(:has(.o_vatportal_notification))",
        },
    ],
});

registry.category("web_tour.tours").add("vatportal_three_companies_closed", {
    steps: () => [
        openOtherTab(),
        ...sendAll(),
        {
            content: "The view of all three",
            trigger: `${VIEW}:contains(Üçüncü MMC)`,
        },
        ...closeDialog(),
        confirmAll(1, NOTIFICATION, readNotified),
        confirmAll(2, NOTIFICATION, readNotified),
        {
            content: "Each end is told once",
            trigger: `${NOTIFICATION}:contains(/Registered: MT/)`,
            timeout: 60000,
            async run() {
                await until("three ends in each tab, each once", () =>
                    ends.every((told) => told().length === 3 && new Set(told()).size === 3)
                );
            },
        },
        {
            content: "What was closed in one tab is closed in the other",
            trigger: NOTIFICATION,
            async run() {
                document.querySelectorAll(`${NOTIFICATION} .o_notification_close`).forEach((button) => button.click());
                await until("nothing is told any more", () => !texts(otherTab.document, NOTIFICATION).length);
            },
        },
    ],
});

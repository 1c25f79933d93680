import { rpcBus } from "@web/core/network/rpc";

import { cutOff, foreignDates, tooWide } from "./measure";

const VIEWS = ["list", "kanban", "form", "pivot", "graph", "calendar", "activity"];
const FAULTS = ".o_error_dialog, .o_error_detail, .modal .alert-danger pre";

const pending = new Set();
rpcBus.addEventListener("RPC:REQUEST", ({ detail }) => pending.add(detail.data.id));
rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => pending.delete(detail.data.id));

/** The next frame; a browser that draws nothing for a while holds nothing up. */
const frame = () =>
    new Promise((resolve) => {
        setTimeout(() => requestAnimationFrame(resolve));
        setTimeout(resolve, 1000);
    });

class Late extends Error {}

/** Fail by name instead of waiting for ever: the promise of an action that another one overtakes never ends. */
function inTime(promise, seconds = 60) {
    const late = new Promise((_resolve, reject) => {
        const message = () => `not opened within ${seconds} s, ${pending.size} questions to the server without an answer`;
        setTimeout(() => reject(new Late(message())), seconds * 1000);
    });
    return Promise.race([promise, late]);
}

/** The web client opens its start page by itself, and whatever it opens last wins: nothing of ours before that. */
async function started(services) {
    while (!services.action.currentController) {
        await frame();
    }
    await settled();
}

/** Wait until nothing is asked of the server any more, and what came is on screen. */
async function settled() {
    for (let quiet = 0; quiet < 4; quiet++) {
        await frame();
        if (pending.size) {
            quiet = -1;
        }
    }
}

/** What is on screen is what was asked for, and the client complains of nothing. */
function check(view) {
    const fault = document.querySelector(FAULTS);
    if (fault) {
        throw new Error(fault.textContent);
    }
    const shown = VIEWS.filter((name) => document.querySelector(`.o_${name}_view`));
    if (view ? !shown.includes(view) : !shown.length) {
        throw new Error(`${view || "a view"} was asked for, and ${shown.join(", ") || "nothing"} is shown`);
    }
}

/** How what is shown is measured, by the stop's `measure`: on a phone its width, on a desk what is cut off too. */
const MEASURES = {
    width: () => tooWide(),
    all: (ours) => (ours ? [...tooWide(), ...cutOff(() => true), ...foreignDates()] : cutOff((name) => name.startsWith("vatportal_"))),
};

function measured({ action, measure }, faults) {
    for (const fault of measure ? MEASURES[measure](action.res_model?.startsWith("vatportal.")) : []) {
        faults.add(fault);
    }
}

/** Open the menu of the search bar with its filters, and on a small screen the bar itself. */
async function openSearch() {
    for (const selector of [".o_control_panel .oi-search", ".o_searchview_dropdown_toggler"]) {
        const button = document.querySelector(selector);
        if (button && button.offsetParent) {
            button.click();
            await settled();
        }
    }
}

/** Go through all pages of a form's notebooks. */
async function openPages(stop, faults) {
    for (const tab of [...document.querySelectorAll(".o_notebook .nav-link:not(.active)")]) {
        if (tab.offsetParent) {
            tab.click();
            await settled();
            measured(stop, faults);
        }
    }
}

async function open(services, stop) {
    const { action, view } = stop;
    const faults = new Set();
    await services.action.doAction(action, { clearBreadcrumbs: action.target !== "new" });
    await settled();
    check(view);
    if (stop.shows && !document.querySelector(stop.shows)) {
        faults.add(`${stop.shows} is not shown`);
    }
    measured(stop, faults);
    await (document.querySelector(".o_form_view") ? openPages(stop, faults) : openSearch());
    check(view);
    if (faults.size) {
        throw new Error([...faults].join("; "));
    }
    services.dialog.closeAll();
    await settled();
}

/**
 * Open one view after the other, and report all that the client does not like. What was not opened in time is tried
 * once more: a busy browser may lose an answer, a view that can't be opened is late again.
 *
 * @param {string} parameter the name of the system parameter with the stops, a list of {name, action, view, measure, shows}
 */
export async function openViews(parameter) {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const stops = JSON.parse(await services.orm.call("ir.config_parameter", "get_param", [parameter]));
    const faults = [];
    const tried = new Set();
    await inTime(started(services), 120);
    for (const stop of stops) {
        try {
            await inTime(open(services, stop));
        } catch (error) {
            if (error instanceof Late && !tried.has(stop)) {
                tried.add(stop);
                stops.push(stop);
            } else {
                faults.push(`${stop.name}: ${error.cause?.message || error.message}`);
            }
            pending.clear();
            services.dialog.closeAll();
            await settled();
        }
    }
    if (faults.length) {
        console.error(faults.join("\n"));
    } else {
        console.log("test successful");
    }
}

import { rpcBus } from "@web/core/network/rpc";

const VIEWS = ["list", "kanban", "form", "pivot", "graph", "calendar", "activity"];
const FAULTS = ".o_error_dialog, .o_error_detail, .modal .alert-danger pre";

let pending = 0;
rpcBus.addEventListener("RPC:REQUEST", () => pending++);
rpcBus.addEventListener("RPC:RESPONSE", () => pending--);

const frame = () => new Promise((resolve) => setTimeout(() => requestAnimationFrame(resolve)));

/** Wait until nothing is asked of the server any more, and what came is on screen. */
async function settled() {
    for (let quiet = 0; quiet < 4; quiet++) {
        await frame();
        if (pending > 0) {
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
async function openPages() {
    for (const tab of [...document.querySelectorAll(".o_notebook .nav-link:not(.active)")]) {
        if (tab.offsetParent) {
            tab.click();
            await settled();
        }
    }
}

async function open(services, { action, view }) {
    await services.action.doAction(action, { clearBreadcrumbs: action.target !== "new" });
    await settled();
    check(view);
    await (document.querySelector(".o_form_view") ? openPages() : openSearch());
    check(view);
    services.dialog.closeAll();
    await settled();
}

/**
 * Open one view after the other, and report all that the client does not like.
 *
 * @param {string} parameter the name of the system parameter with the stops, a list of {name, action, view}
 */
export async function openViews(parameter) {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const stops = JSON.parse(await services.orm.call("ir.config_parameter", "get_param", [parameter]));
    const faults = [];
    for (const stop of stops) {
        try {
            await open(services, stop);
        } catch (error) {
            faults.push(`${stop.name}: ${error.cause?.message || error.message}`);
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

import { formatElapsed } from "../job_progress/job_progress";
import { browser } from "@web/core/browser/browser";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillUnmount, useEffect, useState } from "@odoo/owl";

// No phone waits longer.
const LONGEST_S = 120;

/**
 * The prompts that wait on people's phones, on every page: their number, and in the list each with its code, its
 * company, its phone and the time that is left. What expires first comes first.
 */
export class PromptsSystray extends Component {
    static template = "l10n_az_vatportal.PromptsSystray";
    static components = { Dropdown, DropdownItem };
    static props = {};

    setup() {
        this.jobs = useService("vatportal_job_notification");
        this.prompts = useState(this.jobs.prompts);
        this.state = useState({ now: performance.now() });
        useEffect(
            (count) => {
                if (count) {
                    this.state.now = performance.now();
                    this.clock = browser.setInterval(() => (this.state.now = performance.now()), 1000);
                }
                return () => browser.clearInterval(this.clock);
            },
            () => [this.entries.length]
        );
        onWillUnmount(() => browser.clearInterval(this.clock));
    }

    /** @returns {{id: number, code: object, left: number}[]} */
    get entries() {
        return Object.values(this.prompts)
            .map((prompt) => ({ ...prompt, left: Math.min(LONGEST_S, Math.max(0, Math.ceil((prompt.until - this.state.now) / 1000))) }))
            .sort((a, b) => a.left - b.left || a.id - b.id);
    }

    formatLeft(seconds) {
        return formatElapsed(seconds);
    }

    open(entry) {
        return this.jobs.open(entry.id);
    }
}

registry
    .category("systray")
    .add("l10n_az_vatportal.PromptsSystray", { Component: PromptsSystray }, { sequence: 30 });

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, useState } from "@odoo/owl";

import { JobProgress } from "./job_progress";

/**
 * The live views of all that was started together, on the form of one of these jobs. Each asks for itself: a portal
 * that hangs keeps its own company waiting, and no code waits for another.
 *
 * Those who wait for a person come first.
 */
export class JobViews extends Component {
    static template = "l10n_az_vatportal.JobViews";
    static components = { JobProgress };
    static props = { ...standardWidgetProps };

    setup() {
        /** What was last shown, by the id of the job. */
        this.shown = useState({});
    }

    /** @returns {{id: number, company: string, phone: string, what: string}[]} */
    get views() {
        const { resId, data } = this.props.record;
        const views = data.live_views || [];
        if (views.length < 2) {
            return resId ? [{ id: resId }] : [];
        }
        return [...views].sort((a, b) => this.rank(a.id) - this.rank(b.id));
    }

    /** The rest of the form shows the record as it was. */
    reload(jobId) {
        if (jobId === this.props.record.resId) {
            this.props.record.load();
        }
    }

    rank(id) {
        return ["waits", "failed", "running", "done"].indexOf(this.stateOf(id));
    }

    stateOf(id) {
        const data = this.shown[id];
        if (data?.code) {
            return "waits";
        }
        return data?.finished ? data.state : "running";
    }

    get counts() {
        const states = this.views.map(({ id }) => this.stateOf(id));
        return [
            { key: "waits", label: _t("Waiting for a PIN"), className: "text-bg-warning" },
            { key: "running", label: _t("In progress"), className: "text-bg-info" },
            { key: "failed", label: _t("Ended with errors"), className: "text-bg-danger" },
            { key: "done", label: _t("Done"), className: "text-bg-success" },
        ]
            .map((entry) => ({ ...entry, count: states.filter((state) => state === entry.key).length }))
            .filter((entry) => entry.count);
    }
}

export const jobViews = { component: JobViews };

registry.category("view_widgets").add("vatportal_job_progress", jobViews);

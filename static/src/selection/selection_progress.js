import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";

import { ActionableErrors } from "@account/components/actionable_errors/actionable_errors";

import { jobContext, JobFollower } from "../job_progress/job_follower";
import { JobProgress } from "../job_progress/job_progress";

/**
 * How far the checking and queueing of a large selection is, what stands against some of it, and, from the first process
 * on, the live views of its processes: a code is on screen while the rest is still being checked.
 */
export class SelectionProgress extends Component {
    static template = "l10n_az_vatportal.SelectionProgress";
    static components = { ActionableErrors, JobProgress };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null, isLost: false, isBusy: false, error: "" });
        this.follower = new JobFollower(this.orm, this.ids, {
            model: "vatportal.selection",
            onData: (data) => Object.assign(this.state, { data, isLost: false }),
            onLost: () => (this.state.isLost = true),
            onError: (error) => (this.state.error = error.data?.message || error.message),
        });
        onMounted(() => this.follower.ask());
        onWillUnmount(() => this.follower.stop());
    }

    get ids() {
        const { data, resId } = this.props.record;
        return data.shown_ids?.length ? data.shown_ids : [resId];
    }

    get data() {
        return this.state.data;
    }

    get headline() {
        const { finished, stopped, counts } = this.data;
        if (!finished) {
            return _t("%(done)s of %(total)s are checked. You may close this dialog; it goes on by itself.", {
                done: counts.total - counts.waiting,
                total: counts.total,
            });
        }
        return stopped
            ? _t("Stopped. %(queued)s of %(total)s are queued.", counts)
            : _t("All %(total)s are checked, %(queued)s of them queued.", counts);
    }

    /** How much of it is done, in percent. */
    get percent() {
        const { total, waiting } = this.data.counts;
        return total ? Math.floor((100 * (total - waiting)) / total) : 100;
    }

    get counts() {
        return [
            { key: "waiting", label: _t("Left"), className: "text-bg-info" },
            { key: "queued", label: _t("Queued"), className: "text-bg-success" },
            { key: "sent", label: _t("At e-taxes already"), className: "text-bg-300" },
            { key: "refused", label: _t("Not queued"), className: "text-bg-danger" },
            { key: "stopped", label: _t("Stopped"), className: "text-bg-warning" },
        ]
            .map((entry) => ({ ...entry, count: this.data.counts[entry.key] }))
            .filter((entry) => entry.count);
    }

    get moreText() {
        return _t("… and %s more, in the list.", this.data.more);
    }

    /** One view shows all there is; of several each is headed by whose it is. */
    labelOf(view) {
        return this.data.views.length > 1 ? view : undefined;
    }

    async onStop() {
        this.state.isBusy = true;
        try {
            await this.call("action_stop");
        } finally {
            this.state.isBusy = false;
        }
        this.follower.ask();
    }

    async openLines() {
        await this.action.doAction(await this.call("action_lines"));
    }

    call(method) {
        return this.orm.call("vatportal.selection", method, [this.ids], { context: jobContext() });
    }
}

export const selectionProgress = {
    component: SelectionProgress,
    fieldDependencies: [{ name: "shown_ids", type: "json" }],
};

registry.category("view_widgets").add("vatportal_selection_progress", selectionProgress);

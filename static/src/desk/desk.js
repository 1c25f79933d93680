import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

/** What e-taxes wants today, each with its count and its list; the page that the e-taxes menu opens with. */
export class Desk extends Component {
    static template = "l10n_az_vatportal.Desk";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.display = { controlPanel: {} };
        onWillStart(() => this.load());
        useBus(this.env.bus, "VATPORTAL_JOB_MOVED", () => this.load());
    }

    /** An answer that a later one has overtaken is not shown. */
    async load() {
        const asked = (this.asked = (this.asked || 0) + 1);
        const data = await this.orm.call("vatportal.desk", "get_tasks", []);
        if (asked === this.asked) {
            this.state.data = data;
        }
    }

    get sides() {
        return [
            { key: "sale", label: _t("Sales") },
            { key: "purchase", label: _t("Purchases") },
        ].map((side) => ({ ...side, tasks: this.state.data[side.key].filter((task) => task.count) }));
    }

    get isDone() {
        return this.sides.every((side) => !side.tasks.length) && !this.state.data.troubles.length && !this.state.data.setup;
    }

    async open(task) {
        await this.action.doAction(await this.orm.call("vatportal.desk", "action_open", [task.key]));
    }

    openSetup() {
        return this.action.doAction("l10n_az_vatportal.vatportal_setup_action");
    }

    openConnector(trouble) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "vatportal.connector",
            res_id: trouble.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("vatportal_desk", Desk);

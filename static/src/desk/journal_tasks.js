import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component } from "@odoo/owl";

/** What e-taxes wants today, on the card of a journal: each count opens its list. */
export class JournalTasks extends Component {
    static template = "l10n_az_vatportal.JournalTasks";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get tasks() {
        return JSON.parse(this.props.record.data.kanban_dashboard).vatportal_tasks || [];
    }

    async open(task) {
        const context = { ...this.props.record.context, vatportal_task: task.key };
        const action = await this.orm.call("account.journal", "action_vatportal_task", [[this.props.record.resId]], { context });
        await this.action.doAction(action);
    }
}

registry.category("view_widgets").add("vatportal_journal_tasks", {
    component: JournalTasks,
    fieldDependencies: [{ name: "kanban_dashboard", type: "text" }],
});

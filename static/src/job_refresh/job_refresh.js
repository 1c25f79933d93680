import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, xml } from "@odoo/owl";

import { movedIds } from "./moved";

/**
 * Reads the record of a form again when this tab hears that a process has moved on with it: what was sent from here
 * gets its number while nobody looks at the live view. What a person is editing is left alone.
 */
export class JobRefresh extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        useBus(this.env.bus, "VATPORTAL_JOB_MOVED", ({ detail }) => this.onMoved(detail));
    }

    async onMoved(detail) {
        const { record } = this.props;
        if (movedIds(record.resModel, detail).has(record.resId) && !(await record.isDirty())) {
            await record.load();
        }
    }
}

export const jobRefresh = { component: JobRefresh };

registry.category("view_widgets").add("vatportal_job_refresh", jobRefresh);

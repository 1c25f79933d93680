import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, xml } from "@odoo/owl";

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

    async onMoved({ documents }) {
        const { record } = this.props;
        const isMeant = documents.some(
            (document) =>
                (record.resModel === document.res_model && record.resId === document.res_id) ||
                (record.resModel === "vatportal.document" && record.resId === document.id)
        );
        if (isMeant && !(await record.isDirty())) {
            await record.load();
        }
    }
}

export const jobRefresh = { component: JobRefresh };

registry.category("view_widgets").add("vatportal_job_refresh", jobRefresh);

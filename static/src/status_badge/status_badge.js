import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

// What stands, what is under way, what waits for somebody, and what is not or no longer in force.
const STATUSES = {
    success: ["registered", "approved", "approvedBySystem", "updateApproval", "cancelationRefused", "correctionRefused"],
    info: ["progress", "onApproval", "onApprovalEdited"],
    warning: ["pin", "unconfirmed", "imported", "pin_missed", "updateRequested", "cancelRequested"],
    danger: ["not_accepted", "not_sent", "canceled", "deleted", "deletedBySystem", "deactivated"],
};

/** The status of an invoice, a bill, a transfer or a document, in the same colours everywhere. */
export class StatusBadge extends BadgeField {
    get badgeClass() {
        const value = this.props.record.data[this.props.name];
        const color = Object.keys(STATUSES).find((key) => STATUSES[key].includes(value)) || "300";
        return `text-bg-${color} text-wrap text-start`;
    }
}

registry.category("fields").add("vatportal_status", { ...badgeField, component: StatusBadge, supportedTypes: ["selection"] });

import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { Component, onMounted, useRef, xml } from "@odoo/owl";

/**
 * In a dialog: what can be done next has the first focus, so that Space or Enter never turns a switch that nobody has
 * looked at.
 */
export class FirstFocus extends Component {
    static template = xml`<span t-ref="root" hidden="hidden"/>`;
    static props = { ...standardWidgetProps };

    setup() {
        const root = useRef("root");
        onMounted(() => focusNext(root.el));
    }
}

/** Focus the first button of the dialog around `element` that does what the dialog is for; else the one that closes it. */
export function focusNext(element) {
    const dialog = element.closest(".modal");
    // The footer is filled a moment later.
    requestAnimationFrame(() => {
        const buttons = dialog ? [...dialog.querySelectorAll(".modal-body .btn-primary, footer .btn-primary, footer .btn")] : [];
        buttons.find((button) => button.offsetParent && !button.disabled)?.focus();
    });
}

registry.category("view_widgets").add("vatportal_first_focus", { component: FirstFocus });

import { ActionableErrors } from "@account/components/actionable_errors/actionable_errors";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

/**
 * Odoo's banner drops the action that a button's method returns. Those of this addon open a dialog: a live view, or
 * the send wizard; once it is closed, the invoice beneath is read again.
 */
patch(ActionableErrors.prototype, {
    async handleOnClick(errorData) {
        const [model, method, ids] = errorData.action_call || [];
        if (!method?.startsWith("action_vatportal_")) {
            return super.handleOnClick(...arguments);
        }
        return this.actionService.doActionButton({
            type: "object",
            name: method,
            resModel: model,
            resIds: ids,
            context: user.context,
            onClose: () => this.actionService.doAction("soft_reload"),
        });
    },
});

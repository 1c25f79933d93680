import { ActionableErrors, ActionableErrorsField } from "@account/components/actionable_errors/actionable_errors";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

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
            // Where the dialog goes because another page comes, that page is not to be taken away by the reload of this one.
            onClose: (info) => (info?.noReload ? undefined : this.actionService.doAction("soft_reload")),
        });
    },
});

/** The field of the question that leads back to the dialog which asks it. */
const QUESTION_FIELDS = {
    "vatportal.send.wizard": "send_wizard_id",
    "vatportal.package.wizard": "package_wizard_id",
};

/**
 * In a dialog of this addon: what is to be mended opens above it, so that what was chosen is still there afterwards, and
 * is checked again.
 */
patch(ActionableErrorsField.prototype, {
    setup() {
        super.setup();
        this.dialogs = useService("dialog");
    },

    async handleOnClick(errorData) {
        const { action } = errorData;
        const { record } = this.props;
        const back = QUESTION_FIELDS[record.resModel];
        if (back && action?.target === "new") {
            // The question takes the place of this dialog, which is shown again with all that was set in it.
            await record.save({ reload: false });
            const context = { ...action.context, [`default_${back}`]: record.resId };
            return super.handleOnClick({ ...errorData, action: { ...action, context } });
        }
        if (!this.env.inDialog || !record.resModel.startsWith("vatportal.") || !action?.res_id || action.target === "new") {
            return super.handleOnClick(...arguments);
        }
        const { res_model: resModel, res_id: resId, name: title } = action;
        this.dialogs.add(FormViewDialog, { resModel, resId, title, preventCreate: true, canExpand: false }, {
            onClose: (params) => {
                // Where the person goes elsewhere from there, the wizard goes too. Nothing is returned: the dialogs would wait for it.
                if (!params?.noReload) {
                    this.checkAgain();
                }
            },
        });
    },

    async checkAgain() {
        const { record } = this.props;
        const chosen = Object.entries(record.data).filter(([name]) => ["sign", "connector_id"].includes(name));
        await record.load();
        const changed = chosen.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(record.data[name]));
        if (changed.length) {
            await record.update(Object.fromEntries(changed));
        }
        // What asks has been seen now. A form that nobody has saved comes with that by itself.
        if (record.resId && "asked" in record.data) {
            const alerts = Object.values(record.data.alerts || {});
            await record.update({ asked: alerts.map((alert) => alert.message) });
        }
    },
});

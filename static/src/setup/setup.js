import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

const ICONS = { done: "fa-check-circle text-success", open: "fa-exclamation-circle text-warning", advice: "fa-circle-o text-muted" };

/** The set-up of a company for e-taxes, step by step; of several companies a list with what each of them lacks. */
export class Setup extends Component {
    static template = "l10n_az_vatportal.Setup";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ data: null, busy: false });
        this.display = { controlPanel: {} };
        // Which company is shown outlives the way to a form and back, and a reload: its id stands in the address.
        useSetupAction({ getLocalState: () => ({ company: this.state.data.company }) });
        onWillStart(() => this.load(this.asked));
    }

    /** The company that is asked for, as long as it is at work: the switch of companies loads the same address again. */
    get asked() {
        const { action, resId, state } = this.props;
        const company = state?.company || resId || action.params?.company_id;
        return user.activeCompanies.some(({ id }) => id === company) && company;
    }

    /** Of companies that are pressed one after the other, the last is shown. */
    async load(company) {
        const asked = (this.loads = (this.loads || 0) + 1);
        const data = await this.orm.call("vatportal.checklist", "get_checklist", [company]);
        if (asked === this.loads) {
            this.state.data = data;
            this.props.updateActionState({ resId: data.company });
        }
    }

    get company() {
        return this.state.data.companies.find((company) => company.id === this.state.data.company);
    }

    get labels() {
        return { done: _t("Done"), open: _t("Still missing"), advice: _t("Up to you") };
    }

    icon(step) {
        return ICONS[step.state];
    }

    press(step, button) {
        if (!button.asks) {
            return this.run(button);
        }
        this.dialog.add(ConfirmationDialog, {
            title: `${this.company.name}: ${step.title}`,
            body: button.effect,
            confirmLabel: button.label,
            // In Azerbaijani Odoo's own word is the one for annulling a qaimə.
            cancelLabel: _t("Discard"),
            confirm: () => this.run(button),
            cancel: () => {},
        });
    }

    /** Do it, and show what is so afterwards: at once, or when its dialog has been closed. */
    async run(button) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        const company = this.state.data.company;
        try {
            const action = await this.orm.call("vatportal.checklist", "action_step", [company, button.key]);
            // A page that stays needs no reload of Odoo's own: it reads anew what it shows.
            delete action?.params?.next;
            if (action) {
                await this.action.doAction(action, { onClose: () => this.load(company) });
            }
            if (!action || action.tag === "display_notification") {
                await this.load(company);
            }
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("actions").add("vatportal_setup", Setup);

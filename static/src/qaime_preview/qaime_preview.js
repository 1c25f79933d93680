import { AttachmentView } from "@mail/core/common/attachment_view";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormRenderer } from "@web/views/form/form_renderer";
import { Component, onWillUpdateProps, useState } from "@odoo/owl";

// Below this nobody can read it.
const SMALLEST = 0.5;

/**
 * Beside a bill, in the place where Odoo shows the vendor's PDF: that, or the page of the qaimə that the bill was made
 * of where nobody has attached one.
 */
export class QaimePreview extends Component {
    static template = "l10n_az_vatportal.QaimePreview";
    static components = { AttachmentView };
    static props = ["threadId", "threadModel"];

    setup() {
        this.store = useService("mail.store");
        this.state = useState({ thread: undefined });
        this.take(this.props);
        onWillUpdateProps((props) => this.take(props));
    }

    take({ threadId, threadModel }) {
        this.state.thread = this.store.Thread.insert({ id: threadId, model: threadModel });
    }

    get hasFile() {
        return this.state.thread.attachmentsInWebClientView.length > 0;
    }

    /** The page is made for paper: where the place is narrower than its table, it gets smaller, so that no column is out of sight. */
    fit({ target }) {
        const page = target.contentDocument;
        const table = page.querySelector(".table-responsive");
        if (table) {
            page.body.style.zoom = Math.max(SMALLEST, Math.min(1, table.clientWidth / table.scrollWidth));
        }
    }

    get pageUrl() {
        return `/report/html/l10n_az_vatportal.report_move_qaime/${this.props.threadId}`;
    }
}

patch(FormRenderer.prototype, {
    setup() {
        super.setup();
        if (this.props.record.resModel === "account.move") {
            this.mailComponents = { ...this.mailComponents, AttachmentView: QaimePreview };
        }
    },

    hasFile() {
        const { resId, resModel, data } = this.props.record;
        return (
            super.hasFile() ||
            Boolean(this.mailStore && resId && resModel === "account.move" && data.vatportal_can_print)
        );
    },
});

import { AttachmentView } from "@mail/core/common/attachment_view";
import { Component } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { FormRenderer } from "@web/views/form/form_renderer";

/**
 * Beside a bill, in the place where Odoo shows the vendor's PDF: that, or the page of the qaimə that the bill was made
 * of where nobody has attached one.
 */
export class QaimePreview extends Component {
    static template = "l10n_az_vatportal.QaimePreview";
    static components = { AttachmentView };
    static props = ["threadId", "threadModel"];

    get hasFile() {
        const thread = this.env.services["mail.store"].Thread.get({
            id: this.props.threadId,
            model: this.props.threadModel,
        });
        return Boolean(thread?.attachmentsInWebClientView.length);
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
            Boolean(this.mailStore && resId && resModel === "account.move" && data.vatportal_bill_document_id)
        );
    },
});

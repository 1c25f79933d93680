import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

import { JobProgress } from "./job_progress";

/** Deletions in the live view: what is gone, and one sentence at the end. */
patch(JobProgress.prototype, {
    get counts() {
        const counts = super.counts;
        const count = this.data.counts.deleted;
        if (count) {
            counts.unshift({ key: "deleted", label: _t("Deleted"), className: "text-bg-success", count });
        }
        return counts;
    },

    get success() {
        const { operation, finished, counts, documents, folder } = this.data;
        if (operation !== "delete" || !finished || !counts.deleted) {
            return super.success;
        }
        if (counts.deleted < counts.total) {
            return _t("%(count)s of %(total)s documents were deleted.", {
                count: counts.deleted,
                total: counts.total,
            });
        }
        if (documents.length > 1) {
            return folder === "portal"
                ? _t("All %s documents were deleted from VatPortal.", counts.total)
                : _t("All %s documents were deleted from e-taxes.", counts.total);
        }
        return folder === "portal"
            ? _t("The document was deleted from VatPortal.")
            : _t("%s was deleted from e-taxes.", documents[0].qaime);
    },
});

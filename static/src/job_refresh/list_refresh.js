import { patch } from "@web/core/utils/patch";
import { useBus } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ListController } from "@web/views/list/list_controller";

const JOB = "vatportal.job";
const DOCUMENT = "vatportal.document";

/** Whether one of the records on screen has moved on with a process, whether opened from here or elsewhere. */
export function isShown(root, { id, documents }) {
    const { resModel } = root;
    const moved = new Set(
        resModel === JOB
            ? [id]
            : documents.filter((document) => resModel === DOCUMENT || document.res_model === resModel).map((document) => (resModel === DOCUMENT ? document.id : document.res_id))
    );
    return moved.size && root.records.some((record) => moved.has(record.resId));
}

/** A list reads itself again when a process moves on with one of its records, unless somebody is at work in it. */
const refreshing = () => ({
    setup() {
        super.setup(...arguments);
        useBus(this.env.bus, "VATPORTAL_JOB_MOVED", ({ detail }) => {
            const { root } = this.model;
            if (root && !root.editedRecord && !root.selection?.length && isShown(root, detail)) {
                this.model.load();
            }
        });
    },
});

patch(ListController.prototype, refreshing());
patch(KanbanController.prototype, refreshing());

import { patch } from "@web/core/utils/patch";
import { useBus } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ListController } from "@web/views/list/list_controller";

import { movedIds } from "./moved";

/** A list reads itself again when a process moves on with one of its records, unless somebody is at work in it. */
const refreshing = () => ({
    setup() {
        super.setup(...arguments);
        useBus(this.env.bus, "VATPORTAL_JOB_MOVED", async ({ detail }) => {
            const { root } = this.model;
            if (!root || root.editedRecord || root.selection?.length) {
                return;
            }
            const moved = movedIds(root.resModel, detail);
            if (root.records.some((record) => moved.has(record.resId))) {
                await this.model.load();
                // What was selected meanwhile stays selected.
                const selected = new Set(root.selection?.map((record) => record.resId));
                for (const record of this.model.root.records) {
                    if (selected.has(record.resId) && !record.selected) {
                        record.toggleSelection(true);
                    }
                }
            }
        });
    },
});

patch(ListController.prototype, refreshing());
patch(KanbanController.prototype, refreshing());

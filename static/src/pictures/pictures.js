import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

/** What a picture counts: the help of its action, without the headline, which is for a picture that has nothing to show. */
function countedOf(help) {
    const parsed = new DOMParser().parseFromString(help || "", "text/html");
    parsed.querySelectorAll(".o_view_nocontent_smiling_face, .o_vatportal_setup_link").forEach((element) => element.remove());
    return parsed.body.textContent.trim().replace(/\s+/g, " ");
}

const explained = (Controller, template) =>
    class extends Controller {
        static template = template;

        get counted() {
            return countedOf(this.props.info.noContentHelp);
        }
    };

registry.category("views").add("vatportal_graph", {
    ...graphView,
    Controller: explained(GraphController, "l10n_az_vatportal.GraphView"),
});
registry.category("views").add("vatportal_pivot", {
    ...pivotView,
    Controller: explained(PivotController, "l10n_az_vatportal.PivotView"),
});

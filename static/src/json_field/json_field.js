import { registry } from "@web/core/registry";
import { JsonField, jsonField } from "@web/views/fields/json/json_field";

/** JSON as support reads it: indented, one value a line. */
export class VatportalJsonField extends JsonField {
    static template = "l10n_az_vatportal.JsonField";

    get formattedValue() {
        const value = this.props.record.data[this.props.name];
        return value ? JSON.stringify(value, null, 2) : "";
    }
}

registry.category("fields").add("vatportal_json", {
    ...jsonField,
    component: VatportalJsonField,
});

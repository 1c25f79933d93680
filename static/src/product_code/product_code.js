import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { registry } from "@web/core/registry";
import { useChildRef, useService } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { useInputField } from "@web/views/fields/input_field_hook";

/** The 10-digit code of a product or category, with suggestions: by its first digits, by words, or by the product's name. */
export class ProductCodeField extends CharField {
    static template = "l10n_az_vatportal.ProductCodeField";
    static components = { ...CharField.components, AutoComplete };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.inputRef = useChildRef();
        useInputField({ getValue: () => this.props.record.data[this.props.name] || "", parse: (value) => this.parse(value), ref: this.inputRef });
    }

    get sources() {
        return [{ options: (text) => this.suggestions(text), optionSlot: "option" }];
    }

    async suggestions(text) {
        const { name, barcode } = this.props.record.data;
        // What stands there already needs no suggestion but when it is changed.
        const typed = text === this.props.record.data[this.props.name] ? "" : text;
        const found = await this.orm.call("vatportal.product.code", "suggest", [typed, name || "", barcode || ""]);
        return found.map((data) => ({ data, label: data.code, onSelect: () => this.choose(data.code) }));
    }

    choose(code) {
        return this.props.record.update({ [this.props.name]: code });
    }
}

registry.category("fields").add("vatportal_product_code", { ...charField, component: ProductCodeField });

/** Cells and headers of lists, but for what Odoo's own lists show beside ours. */
const CELLS = ".o_list_table :is(td.o_data_cell, th[data-name], tfoot td)";
// What can be scrolled.
const PLACES = "html, body, .o_content, .o_form_sheet_bg, .o_form_sheet, .modal-body, .o_list_renderer, .table-responsive";
// What an element with this style does not show is lost to the eye.
const HIDES = ["hidden", "clip", "auto", "scroll"];

const isShown = (element) => element.offsetParent && element.clientWidth;
const textOf = (element) => element.textContent.trim().replace(/\s+/g, " ").slice(0, 60);

/** How many pixels of the text of `cell` are cut off, by the cell itself or by something in it. */
function lackOf(cell) {
    let cut = 0;
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode;
        if (!text.data.trim() || !text.parentElement.offsetParent) {
            continue;
        }
        const range = document.createRange();
        range.selectNodeContents(text);
        const { right } = range.getBoundingClientRect();
        for (let box = text.parentElement; box && cell.contains(box); box = box.parentElement) {
            if (HIDES.includes(getComputedStyle(box).overflowX)) {
                cut = Math.max(cut, right - box.getBoundingClientRect().right);
            }
        }
    }
    return Math.round(cut);
}

/**
 * @param {(name: string) => boolean} isOurs whether a column is looked at
 * @returns {string[]} the cells of the lists on screen of which something is cut off
 */
export function cutOff(isOurs) {
    const faults = [];
    for (const cell of document.querySelectorAll(CELLS)) {
        const name = cell.getAttribute("name") || cell.dataset.name || "sum";
        if (isShown(cell) && isOurs(name) && lackOf(cell) > 1) {
            faults.push(`${name}: ${textOf(cell)} lacks ${lackOf(cell)} px`);
        }
    }
    return faults;
}

/** @returns {string[]} what on screen has to be scrolled sideways; of a dialog, not what is beneath it */
export function tooWide() {
    const screen = [...document.querySelectorAll(".modal")].at(-1) || document;
    return [...screen.querySelectorAll(PLACES)]
        .filter((element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${element.className} is ${element.scrollWidth} px wide in ${element.clientWidth}`);
}

/** @returns {string[]} dates in which the browser writes a month of Azerbaijani as "M11" */
export function foreignDates() {
    const shown = [...document.querySelectorAll(".o_data_cell, .o_field_widget, .o_field_widget button")].map(textOf);
    const entered = [...document.querySelectorAll(".o_field_widget input")].map((input) => input.value);
    return [...shown, ...entered].filter((text) => /^M\d\d \d/.test(text));
}

// ---------------------------------------------------------------------------
// Contrast, as WCAG 2 computes it
// ---------------------------------------------------------------------------

/** [red, green, blue, alpha] of a computed colour. */
const parts = (color) => {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return [red, green, blue, alpha];
};
const over = ([r, g, b, a], [r2, g2, b2]) => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];

function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((part) => {
        const share = part / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function backgroundOf(element) {
    const layers = [];
    for (let box = element; box; box = box.parentElement) {
        layers.push(parts(getComputedStyle(box).backgroundColor));
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
}

/** @returns {string[]} texts in `root` that are hard to read; what Odoo's theme colours, its buttons and badges, is left to it */
export function lowContrast(root) {
    const faults = [];
    for (const element of root.querySelectorAll("*")) {
        const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        if (!hasText || !element.offsetParent || element.closest(".badge, .btn, .visually-hidden, [disabled]")) {
            continue;
        }
        const style = getComputedStyle(element);
        const background = backgroundOf(element);
        const [light, dark] = [luminance(over(parts(style.color), background)), luminance(background)].sort((a, b) => b - a);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const ratio = (light + 0.05) / (dark + 0.05);
        if (ratio < (isLarge ? 3 : 4.5)) {
            faults.push(`“${textOf(element)}” has a contrast of ${ratio.toFixed(1)}`);
        }
    }
    return faults;
}

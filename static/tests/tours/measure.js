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

/** @returns {string[]} what on screen has to be scrolled sideways */
export function tooWide() {
    return [...document.querySelectorAll(PLACES)]
        .filter((element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${element.className} is ${element.scrollWidth} px wide in ${element.clientWidth}`);
}

/** @returns {string[]} dates in which the browser writes a month of Azerbaijani as "M11" */
export function foreignDates() {
    return [...document.querySelectorAll(".o_data_cell, .o_field_widget")].map(textOf).filter((text) => /^M\d\d \d/.test(text));
}

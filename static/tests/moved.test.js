import { describe, expect, test } from "@odoo/hoot";

import { movedIds } from "@l10n_az_vatportal/job_refresh/moved";

describe.current.tags("headless");

const documents = [
    { id: 1, res_model: "account.move", res_id: 11 },
    { id: 2, res_model: "vatportal.document", res_id: 2 },
];
const moved = (resModel, more) =>
    [1, 2, 7, 11, 12].filter((id) => movedIds(resModel, { id: 7, documents, more }).has(id));

test("the process, its documents, and what those were made from", () => {
    expect(moved("vatportal.job")).toEqual([7]);
    expect(moved("vatportal.document")).toEqual([1, 2]);
    expect(moved("account.move")).toEqual([11]);
    expect(moved("stock.picking")).toEqual([]);
});

test("where more documents are not named, it may be any of their kind", () => {
    expect(moved("vatportal.job", 5)).toEqual([7]);
    expect(moved("account.move", 5)).toEqual([1, 2, 7, 11, 12]);
    expect(moved("stock.picking", 5)).toEqual([]);
});

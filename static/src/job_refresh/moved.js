const JOB = "vatportal.job";
const DOCUMENT = "vatportal.document";

/** The ids of the records of `resModel` with which a process has moved on: itself, its documents, what those were made from. */
export function movedIds(resModel, { id, documents }) {
    if (resModel === JOB) {
        return new Set([id]);
    }
    if (resModel === DOCUMENT) {
        return new Set(documents.map((document) => document.id));
    }
    return new Set(documents.filter((document) => document.res_model === resModel).map((document) => document.res_id));
}

const JOB = "vatportal.job";
const DOCUMENT = "vatportal.document";

/**
 * Which records of `resModel` a process has moved on with: itself, its documents, what those were made from. Where `more` of
 * them are not named, it may be any.
 *
 * @returns {{has: (id: number) => boolean}}
 */
export function movedIds(resModel, { id, documents, more }) {
    if (resModel === JOB) {
        return new Set([id]);
    }
    const named =
        resModel === DOCUMENT
            ? documents.map((document) => document.id)
            : documents.filter((document) => document.res_model === resModel).map((document) => document.res_id);
    return more && named.length ? { has: () => true } : new Set(named);
}

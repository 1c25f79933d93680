import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { user } from "@web/core/user";

const SHORTEST_WAIT_S = 2;
const LONGEST_WAIT_S = 10;
// The server itself waits for the portal while it answers, though not as long as this.
const LONGEST_ANSWER_S = 180;
// Errors of the server that the next try would meet again.
const FINAL_ERRORS = [
    "odoo.exceptions.AccessDenied",
    "odoo.exceptions.AccessError",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.UserError",
    "odoo.http.SessionExpiredException",
];

/**
 * What is asked of a job is asked for all companies of the user: a code must be on screen whichever of them the user
 * has chosen in this tab.
 */
export function jobContext() {
    const active = user.context.allowed_company_ids || [];
    const others = user.allowedCompanies.map((company) => company.id).filter((id) => !active.includes(id));
    return { ...user.context, allowed_company_ids: [...active, ...others] };
}

/**
 * Moves one job on by asking the server again and again, at the pace that the server sets, until the job has ended.
 *
 * There is never more than one question on its way. A lost connection, or a server that is being restarted, is met
 * with ever longer waits of up to ten seconds.
 */
export class JobFollower {
    /**
     * @param {object} orm the orm service
     * @param {number | number[]} jobId
     * @param {object} handlers
     * @param {string} [handlers.model] of which `action_refresh` is called
     * @param {(data: object) => void} handlers.onData called with what is to be shown after each answer of `action_refresh`
     * @param {() => void} [handlers.onLost] called when the server could not be reached; it is asked again
     * @param {(error: Error) => void} [handlers.onError] called when asking again is of no use
     */
    constructor(orm, jobId, { model = "vatportal.job", onData, onLost = () => {}, onError = () => {} }) {
        this.orm = orm;
        this.model = model;
        this.ids = [jobId].flat();
        this.data = undefined;
        this.onData = onData;
        this.onLost = onLost;
        this.onError = onError;
        this.failures = 0;
        this.isAsking = false;
        this.isAskedAgain = false;
        this.isStopped = false;
        this.timer = undefined;
    }

    /** Ask now, or, where a question is on its way, as soon as it is answered. */
    ask() {
        this.rest();
        if (this.isStopped) {
            return;
        }
        if (this.isAsking) {
            this.isAskedAgain = true;
            return;
        }
        this._ask();
    }

    /** Ask no more before the next `ask`. */
    rest() {
        browser.clearTimeout(this.timer);
    }

    /** Ask no more; an answer that is on its way is ignored. */
    stop() {
        this.isStopped = true;
        this.rest();
    }

    async _ask() {
        this.isAsking = true;
        try {
            const data = await this._refresh();
            this.isAsking = false;
            if (!this.isStopped) {
                this._take(data);
            }
        } catch (error) {
            this.isAsking = false;
            if (!this.isStopped) {
                this._fail(error);
            }
        }
    }

    /** @returns {Promise<object>} the server's answer, or a lost connection where none comes */
    async _refresh() {
        let timer;
        const request = this.orm.silent.call(this.model, "action_refresh", [this.ids], {
            context: jobContext(),
            ...(this.data?.version && { shown: this.data.version }),
        });
        const silence = new Promise((resolve, reject) => {
            timer = browser.setTimeout(() => {
                request.abort?.(false);
                reject(new ConnectionLostError("action_refresh"));
            }, LONGEST_ANSWER_S * 1000);
        });
        try {
            return await Promise.race([request, silence]);
        } finally {
            browser.clearTimeout(timer);
        }
    }

    _take(answer) {
        this.failures = 0;
        this.data = answer.unchanged ? { ...this.data, ...answer } : answer;
        if (!this.data.finished) {
            this._askIn(Math.min(this.data.next_poll || SHORTEST_WAIT_S, LONGEST_WAIT_S));
        }
        this.onData(this.data);
    }

    _fail(error) {
        const isAnswer = error instanceof RPCError;
        if (!isAnswer && !(error instanceof ConnectionLostError)) {
            throw error;
        }
        if (isAnswer && FINAL_ERRORS.includes(error.exceptionName)) {
            this.stop();
            this.onError(error);
            if (error.exceptionName === "odoo.http.SessionExpiredException") {
                // Odoo's own handler offers to log in again.
                throw error;
            }
            return;
        }
        this._askIn(Math.min(2 ** this.failures, LONGEST_WAIT_S));
        this.failures += 1;
        this.onLost();
    }

    _askIn(seconds) {
        if (this.isAskedAgain) {
            this.isAskedAgain = false;
            this._ask();
        } else {
            this.timer = browser.setTimeout(() => this._ask(), seconds * 1000);
        }
    }
}

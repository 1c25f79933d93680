import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

const LONGEST_WAIT_S = 10;
// Errors of the server that the next try would meet again.
const FINAL_ERRORS = [
    "odoo.exceptions.AccessDenied",
    "odoo.exceptions.AccessError",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.UserError",
    "odoo.http.SessionExpiredException",
];

/**
 * Moves one job on by asking the server again and again, at the pace that the server sets, until the job has ended.
 *
 * There is never more than one question on its way. A lost connection, or a server that is being restarted, is met
 * with ever longer waits of up to ten seconds.
 */
export class JobFollower {
    /**
     * @param {object} orm the orm service
     * @param {number} jobId
     * @param {object} handlers
     * @param {(data: object) => void} handlers.onData called with each answer of `action_refresh`
     * @param {() => void} [handlers.onLost] called when the server could not be reached; it is asked again
     * @param {(error: Error) => void} [handlers.onError] called when asking again is of no use
     */
    constructor(orm, jobId, { onData, onLost = () => {}, onError = () => {} }) {
        this.orm = orm;
        this.jobId = jobId;
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
        browser.clearTimeout(this.timer);
        if (this.isStopped) {
            return;
        }
        if (this.isAsking) {
            this.isAskedAgain = true;
            return;
        }
        this._ask();
    }

    /** Ask no more; an answer that is on its way is ignored. */
    stop() {
        this.isStopped = true;
        browser.clearTimeout(this.timer);
    }

    async _ask() {
        this.isAsking = true;
        let wait;
        try {
            const data = await this.orm.silent.call("vatportal.job", "action_refresh", [
                [this.jobId],
            ]);
            if (!this.isStopped) {
                wait = this._take(data);
            }
        } catch (error) {
            if (!this.isStopped) {
                wait = this._fail(error);
            }
        } finally {
            this.isAsking = false;
        }
        if (this.isStopped) {
            return;
        }
        if (this.isAskedAgain) {
            this.isAskedAgain = false;
            this._ask();
        } else if (wait) {
            this.timer = browser.setTimeout(() => this._ask(), wait * 1000);
        }
    }

    /** @returns {number | false} seconds until the next question */
    _take(data) {
        this.failures = 0;
        this.onData(data);
        return data.next_poll && Math.min(data.next_poll, LONGEST_WAIT_S);
    }

    /** @returns {number} seconds until the next question */
    _fail(error) {
        const isAnswer = error instanceof RPCError;
        if (!(error instanceof ConnectionLostError) && !isAnswer) {
            this.stop();
            throw error;
        }
        if (isAnswer && FINAL_ERRORS.includes(error.exceptionName)) {
            this.stop();
            this.onError(error);
            if (error.exceptionName === "odoo.http.SessionExpiredException") {
                // Odoo's own handler offers to log in again.
                throw error;
            }
            return 0;
        }
        this.failures += 1;
        this.onLost();
        return Math.min(2 ** (this.failures - 1), LONGEST_WAIT_S);
    }
}

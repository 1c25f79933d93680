import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { formatFloat } from "@web/views/fields/formatters";
import { useService } from "@web/core/utils/hooks";
import { Component, onMounted, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";

import { focusNext } from "../first_focus/first_focus";
import { jobContext, JobFollower } from "./job_follower";

// From this many documents on, those that need attention come first and the table scrolls.
const LONG_LIST = 10;
const ATTENTION = ["rejected", "unconfirmed", "queued", "processing", "imported", "registered"];
const BADGES = {
    queued: "text-bg-300",
    processing: "text-bg-info",
    unconfirmed: "text-bg-warning",
    imported: "text-bg-warning",
    registered: "text-bg-success",
    rejected: "text-bg-danger",
    deleted: "text-bg-300",
};

/** 125 as "02:05"; past an hour, "1:02:05". */
export function formatElapsed(seconds) {
    const pad = (number) => String(number).padStart(2, "0");
    const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`;
    return seconds < 3600 ? rest : `${Math.floor(seconds / 3600)}:${rest}`;
}

/**
 * The live view of a job: it moves the job on as long as it is on screen and shows what the portal says.
 *
 * Where it is one of several, `label` ({company, phone, what}) heads it, and the details wait to be asked for.
 */
export class JobProgress extends Component {
    static template = "l10n_az_vatportal.JobProgress";
    static components = { CopyButton };
    static props = {
        jobId: Number,
        label: { type: Object, optional: true },
        onMoved: { type: Function, optional: true },
        onShown: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.jobs = useService("vatportal_job_notification");
        this.state = useState({
            data: null,
            elapsed: 0,
            left: 0,
            isLost: false,
            isBusy: false,
            isUnfolded: false,
            error: "",
        });
        this.root = useRef("root");
        // A button that was pressed, or waited with the focus, may be gone; nobody is to look for what comes next.
        useEffect(
            () => this.keepFocus(),
            () => [this.state.data?.state, this.state.data?.code?.kind, this.state.isBusy]
        );
        onMounted(() => this.open());
        onWillUnmount(() => this.leave());
    }

    get jobId() {
        return this.props.jobId;
    }

    // ------------------------------------------------------------------ following

    open() {
        Object.assign(this.state, { data: null, elapsed: 0, isLost: false, error: "" });
        this.follower = new JobFollower(this.orm, this.jobId, {
            onData: (data) => this.show(data),
            onLost: () => (this.state.isLost = true),
            onError: (error) => (this.state.error = error.data?.message || error.message),
        });
        this.release = this.jobs.watch(this.jobId, () => this.follower.ask());
        this.follower.ask();
        this.clock = browser.setInterval(() => this.tick(), 1000);
    }

    leave() {
        browser.clearInterval(this.clock);
        this.follower?.stop();
        this.release?.(this.state.data);
        this.follower = this.release = undefined;
    }

    show(data) {
        const before = this.state.data;
        Object.assign(this.state, { data, isLost: false, elapsed: data.elapsed, left: data.seconds_left || 0 });
        this.elapsedAt = performance.now(); // no clock that can be set
        this.jobs.note(data);
        if (data.finished) {
            browser.clearInterval(this.clock);
            this.jobs.seen(data);
        }
        this.props.onShown?.(data);
        if (before && (before.state !== data.state || before.finished !== data.finished)) {
            this.props.onMoved?.();
        }
    }

    tick() {
        const data = this.state.data;
        if (data) {
            const passed = Math.floor((performance.now() - this.elapsedAt) / 1000);
            this.state.elapsed = data.elapsed + passed;
            this.state.left = Math.max(0, (data.seconds_left || 0) - passed);
        }
    }

    /** Where the focus is on nothing, or on what only closes the dialog, it goes to what can be done next. */
    keepFocus() {
        const focused = document.activeElement;
        if (this.state.data && (!focused || focused === document.body || focused.matches(".modal, .modal footer *"))) {
            focusNext(this.root.el);
        }
    }

    // ------------------------------------------------------------------ what is shown

    get data() {
        return this.state.data;
    }

    /** One of several shows its steps and documents when it is asked to, or has something to say of a document. */
    get isFolded() {
        return Boolean(this.props.label) && !this.state.isUnfolded;
    }

    get elapsed() {
        return formatElapsed(this.state.elapsed);
    }

    /** How long the phone still waits. */
    get left() {
        return formatElapsed(this.state.left);
    }

    get documents() {
        const documents = [...this.data.documents];
        if (documents.length > LONG_LIST) {
            documents.sort((a, b) => ATTENTION.indexOf(a.state) - ATTENTION.indexOf(b.state));
        }
        return documents;
    }

    get isLong() {
        return this.data.documents.length > LONG_LIST;
    }

    get moreText() {
        return _t("… and %s more", this.data.more);
    }

    get counts() {
        const { counts, finished } = this.data;
        return [
            { key: "deleted", label: _t("Deleted"), className: "text-bg-success" },
            { key: "registered", label: _t("Registered"), className: "text-bg-success" },
            { key: "imported", label: _t("Not signed"), className: "text-bg-warning" },
            { key: "rejected", label: _t("Not sent"), className: "text-bg-danger" },
            { key: "pending", label: _t("In progress"), className: "text-bg-info" },
        ]
            .map((entry) => ({ ...entry, count: counts[entry.key] }))
            .filter((entry) => entry.count && !(finished && entry.key === "pending"));
    }

    get numbers() {
        return this.data.documents.map((document) => document.qaime).filter(Boolean);
    }

    /** The numbers one below the other, as spreadsheets take them. */
    get numbersText() {
        return this.numbers.join("\n");
    }

    get copyText() {
        return this.numbers.length === 1 ? _t("Copy the number") : _t("Copy the numbers");
    }

    get copiedText() {
        return _t("Copied");
    }

    /** One sentence at the end of what went well. */
    get success() {
        const { finished, counts, operation } = this.data;
        if (finished && operation === "upload" && counts.registered) {
            return this.sentText();
        }
        if (finished && operation === "delete" && counts.deleted) {
            return this.deletedText();
        }
        return "";
    }

    sentText() {
        const { counts } = this.data;
        if (counts.total === 1) {
            return _t("Registered at e-taxes with the qaimə number %s.", this.numbers[0]);
        }
        if (counts.registered === counts.total) {
            return _t("All %s documents are registered at e-taxes.", counts.total);
        }
        return _t("%(count)s of %(total)s documents are registered at e-taxes.", {
            count: counts.registered,
            total: counts.total,
        });
    }

    deletedText() {
        const { counts, documents, folder } = this.data;
        if (counts.deleted < counts.total) {
            return _t("%(count)s of %(total)s documents were deleted.", {
                count: counts.deleted,
                total: counts.total,
            });
        }
        if (counts.total > 1) {
            return folder === "portal"
                ? _t("All %s documents were deleted from VatPortal.", counts.total)
                : _t("All %s documents were deleted from e-taxes.", counts.total);
        }
        return folder === "portal"
            ? _t("The document was deleted from VatPortal.")
            : _t("%s was deleted from e-taxes.", documents[0].qaime);
    }

    /** What is said of every document in the same words is said once. */
    get problem() {
        return this.data.problem || this.saidOfAll("message");
    }

    get portalMessage() {
        return this.data.portal_message || this.saidOfAll("portal_message");
    }

    saidOfAll(key) {
        const said = new Set(this.data.documents.map((document) => document[key]));
        return this.data.documents.length > 1 && !this.data.more && said.size === 1 && [...said][0];
    }

    get problemClass() {
        return this.data.finished ? "alert-danger" : "alert-warning";
    }

    /** The digits one by one, so that a screen reader does not say "one thousand two hundred…". */
    get spokenCode() {
        return [...this.data.code.value].join(" ");
    }

    badgeClass(document) {
        return document.level ? `text-bg-${document.level}` : BADGES[document.state] || "text-bg-300";
    }

    formatTotal(document) {
        return formatFloat(document.total, { digits: [16, 2] });
    }

    /** What is said of one document, unless it is said of the whole process already. */
    messageOf(document) {
        return document.message !== this.problem && document.message;
    }

    portalMessageOf(document) {
        return document.portal_message !== this.portalMessage && document.portal_message;
    }

    /** The portal repeats itself, once for each invoice of a buyer. */
    wordsOf(text) {
        const counts = new Map();
        for (const line of text.split("\n")) {
            counts.set(line, (counts.get(line) || 0) + 1);
        }
        return [...counts].map(([line, count]) => (count > 1 ? `${line} (× ${count})` : line));
    }

    // ------------------------------------------------------------------ imports

    get importCounts() {
        const { progress } = this.data;
        return [
            { key: "created", label: _t("New"), className: "text-bg-success" },
            { key: "updated", label: _t("Changed"), className: "text-bg-info" },
            { key: "unchanged", label: _t("Unchanged"), className: "text-bg-300" },
            { key: "skipped", label: _t("Left out"), className: "text-bg-300" },
            { key: "foreign", label: _t("Not ours"), className: "text-bg-warning" },
            { key: "bad", label: _t("Unreadable"), className: "text-bg-danger" },
            { key: "missing", label: _t("Missing"), className: "text-bg-danger" },
        ]
            .map((entry) => ({ ...entry, count: progress[entry.key] }))
            .filter((entry) => entry.count);
    }

    partIcon(part) {
        return {
            waiting: "fa-clock-o o_vatportal_quiet",
            running: "fa-circle-o-notch fa-spin text-primary",
            done: "fa-check text-success",
            failed: "fa-times text-danger",
        }[part.state];
    }

    async openImported() {
        await this.action.doAction(await this.call("action_documents"));
    }

    async openAllDocuments() {
        await this.action.doAction(await this.call("action_batch_documents"));
    }

    async onStop() {
        await this.whileBusy(() => this.call("action_stop"));
        this.follower?.ask();
    }

    onAskEtaxes() {
        return this.callAction("action_ask_etaxes");
    }

    async onStopSigning() {
        await this.whileBusy(() => this.call("action_stop_signing"));
        this.follower?.ask();
    }

    async onResume() {
        await this.whileBusy(() => this.call("action_resume"));
        // The view of the ended import has stopped to ask and to count the time.
        this.leave();
        this.open();
    }

    call(method) {
        return this.orm.call("vatportal.job", method, [[this.jobId]], { context: jobContext() });
    }

    stepMark(step) {
        return {
            done: _t("done"),
            active: _t("in progress"),
            failed: _t("failed"),
            waiting: _t("not yet"),
        }[step.state];
    }

    // ------------------------------------------------------------------ buttons

    onUnfold() {
        this.state.isUnfolded = !this.state.isUnfolded;
    }

    openDocument(document) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: document.res_model,
            res_id: document.res_id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    openConnector() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "vatportal.connector",
            res_id: this.data.connector.id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    onRetry() {
        return this.callAction("action_retry");
    }

    /** Run a method of the job that may open another view. */
    async callAction(name) {
        await this.whileBusy(() =>
            this.action.doActionButton({
                type: "object",
                name,
                resModel: "vatportal.job",
                resId: this.jobId,
                context: jobContext(),
            })
        );
    }

    async onCancel() {
        await this.whileBusy(() => this.call("action_cancel"));
        this.follower?.ask();
    }

    async whileBusy(callback) {
        this.state.isBusy = true;
        try {
            await callback();
        } finally {
            this.state.isBusy = false;
        }
    }
}

import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { markup, reactive } from "@odoo/owl";

import { jobContext, JobFollower } from "../job_progress/job_follower";

// How many numbers a notification names; the rest is in the live view.
const NAMED_NUMBERS = 3;
const ENDS = ["done", "failed"];
// Over which the tabs of one browser tell each other what the person has seen.
const CHANNEL = "l10n_az_vatportal.seen";

/**
 * Tells whoever started a job that a check code waits, or how it ended, where no live view of that job is on screen.
 *
 * While a check code is shown, or after a live view was closed before the end, this tab moves the job on as the live
 * view would; so the next code is here in seconds, and a code that is not asked for any more goes away. A tab that is
 * not on screen asks once for each message, and again when the person comes to it: each tab sees for itself, for
 * a code that no tab shows because each leaves it to another would be lost.
 *
 * An end that was seen in one tab is not told by the others again, and what was closed in one is closed in all.
 */
export const jobNotificationService = {
    dependencies: ["action", "bus_service", "mail.sound_effects", "multi_tab", "notification", "orm", "title"],

    start(env, { action, bus_service, "mail.sound_effects": sounds, multi_tab, notification, orm, title }) {
        /** How the live views of a job on screen are made to ask. */
        const views = new Map();
        /** The notification of a job: {close, key}. */
        const shown = new Map();
        /** The code, or the end, that a person has closed or seen elsewhere. */
        const dismissed = new Map();
        const followers = new Map();
        /** What was last told of a job to the forms on screen. */
        const told = new Map();
        /** The prompts that wait on phones, by the id of their job: {id, code, until}; `until` by `performance.now()`. */
        const prompts = reactive({});
        const channel = browser.BroadcastChannel && new browser.BroadcastChannel(CHANNEL);

        bus_service.subscribe("vatportal.job", onMessage);
        bus_service.start();
        channel?.addEventListener("message", ({ data }) => onSeenElsewhere(data));
        // A page that is loaded while prompts wait shows them at once.
        (session.vatportal_prompts || []).forEach((jobId) => follow(jobId));
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden) {
                followers.forEach((follower) => follower.ask());
                views.forEach((asks) => asks.forEach((ask) => ask()));
            }
        });

        function onMessage({ job_id: jobId, event, name }) {
            if (views.has(jobId)) {
                // The clock of a page that nobody sees is slow; what the server says is not.
                views.get(jobId).forEach((ask) => ask());
            } else {
                follow(jobId, event, name);
            }
        }

        /** Move the job on, and show what there is to show of it. There is one follower of a job. */
        function follow(jobId, event, name) {
            let follower = followers.get(jobId);
            if (!follower) {
                follower = new JobFollower(orm, jobId, {
                    onData: (data) => {
                        show(data);
                        if (document.hidden) {
                            follower.rest();
                        }
                    },
                    onError: () => {
                        unfollow(jobId);
                        note({ id: jobId });
                        showBare(jobId, follower.event, follower.name);
                    },
                });
                followers.set(jobId, follower);
            }
            // For those who are told of a job that they may not open.
            Object.assign(follower, { event, name });
            follower.ask();
        }

        function unfollow(jobId) {
            followers.get(jobId)?.stop();
            followers.delete(jobId);
        }

        // -------------------------------------------------------------- other tabs

        /** @param {boolean} isClosed whether the person has closed it, or only seen it */
        function tellTabs(jobId, key, isClosed) {
            channel?.postMessage({ jobId, key, isClosed });
        }

        function onSeenElsewhere({ jobId, key, isClosed }) {
            // Of two tabs side by side both are seen, and neither takes away what the other shows.
            if (isClosed || document.hidden) {
                dismissed.set(jobId, key);
                if (shown.get(jobId)?.key === key) {
                    close(jobId);
                }
            }
        }

        // -------------------------------------------------------------- prompts

        /** Note what is new of a job: whether its phone waits for a PIN, and what has become of its documents. */
        function note(data) {
            const { id, code, seconds_left: left, finished } = data;
            if (data.documents) {
                tellViews(data);
            }
            const isNews = code && prompts[id]?.code.value !== code.value;
            if (code && !finished) {
                prompts[id] = { id, code, until: performance.now() + left * 1000 };
            } else {
                delete prompts[id];
            }
            title.setCounters({ vatportal: Object.keys(prompts).length });
            if (isNews) {
                call(code);
            }
        }

        /** Call a person who looks elsewhere: by sound, and by the desktop's own notification where that is allowed. */
        async function call(code) {
            if (!document.hidden || !(await multi_tab.isOnMainTab())) {
                return;
            }
            sounds.play("new-message");
            if (browser.Notification?.permission === "granted") {
                notifyDesktop(code);
            }
        }

        function notifyDesktop(code) {
            try {
                new browser.Notification(`${code.title} – ${code.value}`, { body: [code.company, code.phone, code.what].join("\n") });
            } catch (error) {
                // Browsers on phones grant it and have it not.
                if (!(error instanceof TypeError)) {
                    throw error;
                }
            }
        }

        // -------------------------------------------------------------- notifications

        function show(data) {
            note(data);
            if (!data.finished && ENDS.includes(dismissed.get(data.id))) {
                dismissed.delete(data.id); // it goes on after all, and ends once more
            }
            if (data.finished) {
                unfollow(data.id);
                showEnd(data);
            } else if (data.code) {
                showCode(data);
            } else {
                close(data.id);
            }
        }

        /** Forms and lists that show the job, one of its documents, or what that was made from, read them again. */
        function tellViews({ id, state, code, counts, documents, more }) {
            const news = JSON.stringify([state, code?.kind, counts, documents.map((document) => document.state)]);
            if (told.get(id) !== news) {
                told.set(id, news);
                env.bus.trigger("VATPORTAL_JOB_MOVED", { id, documents, more });
            }
        }

        function showCode({ id, code }) {
            const key = `${code.kind}:${code.value}`;
            if (shown.get(id)?.key === key || dismissed.get(id) === key) {
                return;
            }
            const message = markup`
                <div class="fw-bolder">${code.title}</div>
                <div class="o_vatportal_notified_code font-monospace fw-bolder lh-sm" style="font-size: 2.5rem; letter-spacing: .1em;">${code.value}</div>
                <div>${code.help}</div>
                <div class="fw-bolder mt-1">${_t("The PIN is typed on the phone only.")}</div>
                <div class="o_vatportal_company fw-bolder mt-1">${code.company}</div>
                <div class="o_vatportal_phone">${code.phone}</div>
                <div class="o_vatportal_what small o_vatportal_quiet">${code.what}</div>`;
            add(id, key, message, { type: "warning", sticky: true }, _t("Follow"));
        }

        function showEnd({ id, name, state, headline, problem, warning, counts, documents, more }) {
            const numbers = documents.map((document) => document.qaime).filter(Boolean);
            const lines = problem || !counts.registered ? [problem || headline] : [];
            if (counts.registered) {
                lines.push(
                    numbers.length && !more && numbers.length <= NAMED_NUMBERS
                        ? _t("Registered: %s", numbers.join(", "))
                        : _t("Registered: %s", counts.registered)
                );
            }
            if (counts.rejected) {
                lines.push(_t("Not sent: %s", counts.rejected));
            }
            if (warning) {
                lines.push(warning.split("\n", 1)[0]);
            }
            showLines(id, state === "done", name, lines, Boolean(warning));
        }

        function showBare(jobId, event, name) {
            if (event === "done" || event === "failed") {
                const line = event === "done" ? _t("Done.") : _t("Ended with errors.");
                showLines(jobId, event === "done", name, [line]);
            }
        }

        function showLines(jobId, isDone, name, lines, isWarning = false) {
            const key = isDone ? "done" : "failed";
            if (shown.get(jobId)?.key === key || dismissed.get(jobId) === key) {
                return;
            }
            const message = lines.reduce(
                (html, line) => markup`${html}<div>${line}</div>`,
                markup`<div class="fw-bolder">${name}</div>`
            );
            let options = { type: "danger", sticky: true };
            if (isDone) {
                // What goes away by itself does not do so unseen.
                options = isWarning || document.hidden
                    ? { type: isWarning ? "warning" : "success", sticky: true }
                    : { type: "success", autocloseDelay: 10000 };
            }
            add(jobId, key, message, options, _t("Show"));
            markSeen(jobId, key);
        }

        function markSeen(jobId, key) {
            if (!document.hidden) {
                tellTabs(jobId, key, false);
            }
        }

        function add(jobId, key, message, options, button) {
            close(jobId);
            const entry = { key, isReplaced: false };
            entry.close = notification.add(message, {
                ...options,
                className: "o_vatportal_notification",
                buttons: [{ name: button, primary: true, onClick: () => open(jobId) }],
                onClose: () => {
                    if (!entry.isReplaced) {
                        dismissed.set(jobId, key);
                        shown.delete(jobId);
                        tellTabs(jobId, key, true);
                    }
                },
            });
            shown.set(jobId, entry);
        }

        function close(jobId) {
            const entry = shown.get(jobId);
            if (entry) {
                entry.isReplaced = true;
                shown.delete(jobId);
                entry.close();
            }
        }

        function open(jobId) {
            return action.doActionButton({
                type: "object",
                name: "action_follow",
                resModel: "vatportal.job",
                resId: jobId,
                context: jobContext(),
            });
        }

        return {
            /**
             * A live view of this job is on screen: it tells all there is.
             *
             * @param {number} jobId
             * @param {() => void} ask called when there is news of the job
             * @returns {(data: object | null) => void} to be called with the last that was shown when the view goes
             */
            watch(jobId, ask) {
                const asks = views.get(jobId) || new Set();
                views.set(jobId, asks.add(ask));
                unfollow(jobId);
                close(jobId);
                dismissed.delete(jobId);
                return (data) => {
                    asks.delete(ask);
                    if (asks.size) {
                        return;
                    }
                    views.delete(jobId);
                    if (data?.finished) {
                        dismissed.set(jobId, data.state);
                    } else {
                        // Nor is what was closed before its first answer left to the scheduled action.
                        follow(jobId);
                    }
                };
            },

            prompts,

            /** A live view shows what is new of a job. */
            note,

            /** Open the live view of a job. */
            open,

            /** A live view shows the end of a job. */
            seen: ({ id, state }) => markSeen(id, state),
        };
    },
};

registry.category("services").add("vatportal_job_notification", jobNotificationService);

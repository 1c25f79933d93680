import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { Deferred } from "@odoo/hoot-mock";
import { EventBus } from "@odoo/owl";

import { jobNotificationService } from "@l10n_az_vatportal/job_notification/job_notification_service";

describe.current.tags("headless");

let jobs, message;

/** The service among others that do nothing; `message` is what the server tells. */
beforeEach(() => {
    const call = (_model, method, [ids]) => {
        expect.step(`${method} ${ids}`);
        return new Deferred();
    };
    jobs = jobNotificationService.start(
        { bus: new EventBus() },
        {
            action: {},
            bus_service: { subscribe: (_type, handler) => (message = handler), start() {} },
            "mail.sound_effects": { play() {} },
            multi_tab: { isOnMainTab: () => true },
            notification: { add: () => () => {} },
            orm: { silent: { call } },
            title: { setCounters() {} },
        }
    );
});

test("a live view asks as soon as the server tells of its job, however slow the clock of its page is", () => {
    const first = () => expect.step("first view asks");
    const second = () => expect.step("second view asks");
    const release = [jobs.watch(7, first), jobs.watch(7, second)];
    message({ job_id: 7, event: "code", name: "Sending" });
    expect.verifySteps(["first view asks", "second view asks"]);
    release[0]({ finished: true });
    message({ job_id: 7, event: "code", name: "Sending" });
    expect.verifySteps(["second view asks"]);
    release[1]({ finished: true });
    message({ job_id: 7, event: "code", name: "Sending" });
    expect.verifySteps(["action_refresh 7"]);
});

test("one view is not asked for the news of another", () => {
    jobs.watch(7, () => expect.step("asks"));
    message({ job_id: 8, event: "code", name: "Sending" });
    expect.verifySteps(["action_refresh 8"]);
});

import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { advanceTime, Deferred, microTick } from "@odoo/hoot-mock";

import { JobFollower } from "@l10n_az_vatportal/job_progress/job_follower";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

describe.current.tags("headless");

let questions, aborted, follower, shown, said;

/** A follower whose questions are answered by the test, one after the other. */
beforeEach(() => {
    questions = [];
    aborted = 0;
    const call = (model, method, [ids], options) => {
        const question = new Deferred();
        said = options.shown;
        question.abort = () => aborted++;
        questions.push(question);
        expect.step(`${model}.${method} ${ids}`);
        return question;
    };
    follower = new JobFollower({ silent: { call } }, 7, {
        onData: (data) => {
            shown = data;
            expect.step(data.finished ? "ended" : "data");
        },
        onLost: () => expect.step("lost"),
        onError: (error) => expect.step(error.exceptionName),
    });
});

const ASKED = "vatportal.job.action_refresh 7";

async function answer(data) {
    questions.at(-1).resolve({ finished: false, ...data });
    await advanceTime(0);
}

async function refuse(error) {
    questions.at(-1).reject(error);
    await advanceTime(0);
}

function serverError(exceptionName) {
    return Object.assign(new RPCError("refused"), { exceptionName });
}

test("asks again at the pace that the server sets, until the job has ended", async () => {
    follower.ask();
    expect.verifySteps([ASKED]);
    await answer({ next_poll: 3 });
    expect.verifySteps(["data"]);
    await advanceTime(2900);
    expect.verifySteps([]);
    await advanceTime(100);
    expect.verifySteps([ASKED]);
    await answer({ finished: true });
    expect.verifySteps(["ended"]);
    await advanceTime(60000);
    expect.verifySteps([]);
});

test("says what it shows already; of what is not out of date it is told alone what passes", async () => {
    follower.ask();
    expect(said).toBe(undefined);
    await answer({ version: "1", elapsed: 3, documents: ["A"], next_poll: 2 });
    await advanceTime(2000);
    expect(said).toBe("1");
    await answer({ unchanged: true, elapsed: 5, next_poll: 2 });
    expect([shown.elapsed, shown.documents]).toEqual([5, ["A"]]);
    await advanceTime(2000);
    expect(said).toBe("1");
    await answer({ version: false, elapsed: 7, documents: ["B"], next_poll: 2 });
    expect([shown.elapsed, shown.documents]).toEqual([7, ["B"]]);
    await advanceTime(2000);
    expect(said).toBe(undefined);
    expect.verifySteps([ASKED, "data", ASKED, "data", ASKED, "data", ASKED]);
});

test("waits ten seconds at most, and two where the server says nothing", async () => {
    follower.ask();
    await answer({ next_poll: 600 });
    expect.verifySteps([ASKED, "data"]);
    await advanceTime(10000);
    expect.verifySteps([ASKED]);
    await answer({});
    await advanceTime(2000);
    expect.verifySteps(["data", ASKED]);
});

test("has one question on its way, whoever asks meanwhile; then it asks once more at once", async () => {
    follower.ask();
    follower.ask();
    follower.ask();
    await microTick();
    expect.verifySteps([ASKED]);
    await answer({ next_poll: 5 });
    expect.verifySteps([ASKED, "data"]);
    await answer({ next_poll: 5 });
    expect.verifySteps(["data"]);
    await advanceTime(4900);
    expect.verifySteps([]);
});

test("meets a lost connection with ever longer waits, and begins anew after an answer", async () => {
    follower.ask();
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
        await refuse(new ConnectionLostError("url"));
        expect.verifySteps([ASKED, "lost"]);
        await advanceTime(seconds * 1000 - 100);
        expect.verifySteps([]);
        await advanceTime(100);
    }
    await answer({ next_poll: 2 });
    expect.verifySteps([ASKED, "data"]);
    await advanceTime(2000);
    await refuse(new ConnectionLostError("url"));
    expect.verifySteps([ASKED, "lost"]);
    await advanceTime(1000);
    expect.verifySteps([ASKED]);
});

test("takes three minutes of silence for a lost connection", async () => {
    follower.ask();
    await advanceTime(179000);
    expect.verifySteps([ASKED]);
    await advanceTime(1000);
    expect.verifySteps(["lost"]);
    expect(aborted).toBe(1);
    await advanceTime(1000);
    expect.verifySteps([ASKED]);
});

test("tells of an error that the next try would meet again, and asks no more", async () => {
    follower.ask();
    await refuse(serverError("odoo.exceptions.AccessError"));
    expect.verifySteps([ASKED, "odoo.exceptions.AccessError"]);
    await advanceTime(60000);
    follower.ask();
    expect.verifySteps([]);
});

test("asks again after any other error of the server", async () => {
    follower.ask();
    await refuse(serverError("psycopg2.errors.SerializationFailure"));
    expect.verifySteps([ASKED, "lost"]);
    await advanceTime(1000);
    expect.verifySteps([ASKED]);
});

test("ignores what comes once it was stopped", async () => {
    follower.ask();
    follower.stop();
    await answer({ next_poll: 1 });
    await advanceTime(60000);
    expect.verifySteps([ASKED]);
});

test("rests until it is asked to go on", async () => {
    follower.ask();
    await answer({ next_poll: 1 });
    follower.rest();
    await advanceTime(60000);
    expect.verifySteps([ASKED, "data"]);
    follower.ask();
    expect.verifySteps([ASKED]);
});

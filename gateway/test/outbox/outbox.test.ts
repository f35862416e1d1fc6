import { createContext, send, type SignedTransaction } from "@milepost/sdk";
import { expect } from "chai";
import { OutboxWorld } from "./outbox-world";
import { LAMPORTS, transferOf } from "./transfer";

const WAIT_MS = 20_000;

describe("outbox", () => {
  let world: OutboxWorld;
  beforeEach(async () => (world = await OutboxWorld.open()));
  afterEach(() => world.close());

  it("given a job, signs it, records it, sends it and commits it as landed with its receipt", async () => {
    const outbox = world.start();
    const id = await world.enqueue(outbox, "one");
    const job = await outbox.wait(id, WAIT_MS);
    expect(job).to.deep.include({ id, state: "landed", kind: "pay", attempts: 1, error: null });
    const { value } = await world.sandbox.chain.connection.getSignatureStatus(job.signature!);
    expect(value!.err).to.equal(null);
    expect(world.calls.map(({ call }) => call)).to.deep.equal(["build", "signed", "landed"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given a second job with the same dedupeKey, returns the first one's id and pays once", async () => {
    const outbox = world.start();
    const [first, second] = [
      await world.enqueue(outbox, "same"),
      await world.enqueue(outbox, "same"),
    ];
    expect(second).to.equal(first);
    await outbox.wait(first, WAIT_MS);
    expect(await world.enqueue(outbox, "same")).to.equal(first);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given the same dedupeKey in another account or mode, adds a job of its own", async () => {
    const outbox = world.create();
    const ids = [
      await world.enqueue(outbox, "same"),
      await world.enqueue(outbox, "same", { accountId: "acct_other" }),
      await world.enqueue(outbox, "same", { mode: "live" }),
    ];
    expect(new Set(ids).size).to.equal(3);
  });

  it("given a transaction that rolls back, adds no job", async () => {
    const outbox = world.create();
    const failing = world.database.transaction(async (transaction) => {
      await outbox.enqueue(transaction, {
        accountId: "acct_test",
        mode: "test",
        kind: "pay",
        subjectId: "subject",
        dedupeKey: "gone",
        payload: {},
      });
      throw new Error("rolled back");
    });
    expect(await failing.catch((error: Error) => error.message)).to.equal("rolled back");
    expect(await world.database.query("SELECT id FROM milepost_gateway.chain_jobs")).to.have.length(
      0,
    );
  });

  it("given several jobs of one subject, runs them one at a time in the order of enqueueing", async () => {
    const outbox = world.create();
    const keys = ["a", "b", "c", "d"];
    const ids: string[] = [];
    for (const key of keys)
      ids.push(await world.enqueue(outbox, key, { subjectId: "subject_same" }));
    outbox.start();
    for (const id of ids) await outbox.wait(id, WAIT_MS);
    expect(world.calls.map(({ call, key }) => `${call} ${key}`)).to.deep.equal(
      keys.flatMap((key) => [`build ${key}`, `signed ${key}`, `landed ${key}`]),
    );
  });

  it("given jobs of several subjects with one serialKey, runs them one at a time in order", async () => {
    const outbox = world.create();
    const keys = ["a", "b", "c"];
    const ids: string[] = [];
    for (const key of keys) ids.push(await world.enqueue(outbox, key, { serialKey: "wallet" }));
    outbox.start();
    for (const id of ids) await outbox.wait(id, WAIT_MS);
    expect(world.calls.map(({ call, key }) => `${call} ${key}`)).to.deep.equal(
      keys.flatMap((key) => [`build ${key}`, `signed ${key}`, `landed ${key}`]),
    );
  });

  it("given a job that has to wait, runs later jobs of its subject first, and it afterwards", async () => {
    const outbox = world.create();
    let isReady = false;
    world.decide = ({ dedupeKey }) =>
      dedupeKey === "early" && !isReady
        ? { do: "wait", seconds: 0.2, reason: "not funded yet" }
        : undefined;
    const early = await world.enqueue(outbox, "early", { subjectId: "subject_same" });
    const later = await world.enqueue(outbox, "later", { subjectId: "subject_same" });
    outbox.start();
    await outbox.wait(later, WAIT_MS);
    expect((await outbox.wait(early, 0)).error).to.equal("not funded yet");
    isReady = true;
    expect((await outbox.wait(early, WAIT_MS)).state).to.equal("landed");
    expect(world.keys("landed")).to.deep.equal(["later", "early"]);
  });

  it("given notBefore, builds nothing until the chain's clock has reached it, whatever the local clock says", async () => {
    const outbox = world.start();
    const time = await world.sandbox.chain.time();
    const dated = await world.enqueue(outbox, "dated", {
      subjectId: "subject_same",
      notBefore: time + 60n,
    });
    const next = await world.enqueue(outbox, "next", { subjectId: "subject_same" });
    await outbox.wait(next, WAIT_MS);
    expect(world.keys("build")).to.deep.equal(["next"]);
    world.sandbox.setTime(time + 60n);
    expect((await outbox.wait(dated, WAIT_MS)).state).to.equal("landed");
  });

  it("given an effect that is there already, lands the job without a transaction", async () => {
    const outbox = world.start();
    world.decide = () => ({ do: "done", signature: null, slot: null });
    const job = await outbox.wait(await world.enqueue(outbox, "done"), WAIT_MS);
    expect(job).to.deep.include({ state: "landed", signature: null });
    expect(world.calls.map(({ call }) => call)).to.deep.equal(["build", "landed"]);
    expect(await world.paid()).to.equal(0);
  });

  it("given a job that can never be done, fails it with its text and runs the subject's next job", async () => {
    const outbox = world.create();
    world.decide = ({ dedupeKey }) =>
      dedupeKey === "bad" ? { do: "fail", reason: "the milestone was refunded" } : undefined;
    const bad = await world.enqueue(outbox, "bad", { subjectId: "subject_same" });
    const good = await world.enqueue(outbox, "good", { subjectId: "subject_same" });
    outbox.start();
    expect(await outbox.wait(bad, WAIT_MS)).to.deep.include({
      state: "failed",
      error: "the milestone was refunded",
    });
    expect((await outbox.wait(good, WAIT_MS)).state).to.equal("landed");
    expect(world.keys("failed")).to.deep.equal(["bad"]);
  });

  it("given a transaction that the chain refuses, builds it again four times and fails with the chain's text", async () => {
    const outbox = world.start();
    const job = await outbox.wait(
      await world.enqueue(outbox, "poor", {
        payload: { to: world.recipient.toBase58(), lamports: 1 },
      }),
      WAIT_MS,
    );
    expect(job.state).to.equal("failed");
    expect(job.error).to.contain("rent");
    expect(job.attempts).to.equal(4);
    expect(world.keys("failed")).to.deep.equal(["poor"]);
    expect(await world.paid()).to.equal(0);
  });

  it("given a build that throws what no retry explains, keeps the job and tries again", async () => {
    const outbox = world.start();
    let builds = 0;
    world.decide = () => {
      builds += 1;
      if (builds === 1) throw new Error("fetch failed");
      return undefined;
    };
    const job = await outbox.wait(await world.enqueue(outbox, "shaky"), WAIT_MS);
    expect(job).to.deep.include({ state: "landed", attempts: 2, error: null });
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given bytes that the parties signed, records them and sends them as they are", async () => {
    const outbox = world.start();
    const { chain } = world.sandbox;
    let signed: SignedTransaction | undefined;
    world.decide = async (job) => {
      const built = transferOf(chain, job);
      const context = createContext(chain.connection, chain.sponsor);
      await send(context, built.instructions, {
        onSigned: (transaction) => {
          signed = transaction;
          throw new Error("not sent here");
        },
      }).catch(() => undefined);
      return { do: "send-signed", ...signed! };
    };
    const job = await outbox.wait(await world.enqueue(outbox, "signed"), WAIT_MS);
    expect(job).to.deep.include({ state: "landed", signature: signed!.signature });
    expect(world.calls.map(({ call }) => call)).to.deep.equal(["build", "signed", "landed"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });

  it("given two processes and 60 jobs, lands each job once", async () => {
    const outboxes = [world.start(), world.start()];
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      ids.push(await world.enqueue(outboxes[index % 2]!, `job-${index}`));
    }
    for (const id of ids) {
      expect((await outboxes[0]!.wait(id, WAIT_MS)).state).to.equal("landed");
    }
    expect(world.keys("landed")).to.have.length(60);
    expect(world.keys("signed")).to.have.length(60);
    expect(await world.paid()).to.equal(60 * LAMPORTS);
  });

  it("given a job that is at work, stop waits for it, and takes no other", async () => {
    const outbox = world.create({ concurrency: 1 });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const building = new Promise<void>((resolve) => {
      world.decide = async () => {
        resolve();
        await released;
        return undefined;
      };
    });
    const first = await world.enqueue(outbox, "first");
    const second = await world.enqueue(outbox, "second");
    outbox.start();
    await building;
    const stopped = outbox.stop();
    release();
    expect(await stopped).to.equal(true);
    expect((await outbox.wait(first, 0)).state).to.equal("landed");
    expect((await outbox.wait(second, 0)).state).to.equal("queued");
    expect(world.keys("build")).to.deep.equal(["first"]);
  });

  it("given a job that outlasts the drain, stop gives it back, and this process can no longer sign it", async () => {
    const outbox = world.create();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let builds = 0;
    const building = new Promise<void>((resolve) => {
      world.decide = async () => {
        builds += 1;
        if (builds > 1) return undefined;
        resolve();
        await released;
        return undefined;
      };
    });
    const id = await world.enqueue(outbox, "slow");
    outbox.start();
    await building;
    expect(await outbox.stop(0)).to.equal(false);
    const other = world.start();
    expect((await other.wait(id, WAIT_MS)).state).to.equal("landed");
    release();
    await outbox.stop();
    expect(world.keys("signed")).to.deep.equal(["slow"]);
    expect(await world.paid()).to.equal(LAMPORTS);
  });
});

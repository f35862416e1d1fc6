import { expect } from "chai";
import { Registry, register } from "prom-client";
import { allEvents, type KeeperEvents, logEvents } from "../../src/observe/events";
import { createLog } from "../../src/observe/log";
import { createMetrics, type Sample } from "../../src/observe/metrics";
import { meteredFetch } from "../../src/observe/rpc-meter";
import { ManualTimers } from "../harness/manual-timers";
import { addressOf, member, NOW, outcome, underfunded } from "../harness/plans";

const SAMPLE: Sample = {
  chainNow: NOW,
  counts: {
    scheduled: 5,
    due: 3,
    backingOff: 1,
    waiting: { InsufficientBalance: 2, "RPC said: <html>": 4 },
    done: 7,
    oldestDueAt: NOW - 90n,
    openAttempts: 2,
    outcomes: 11,
  },
  queue: { queued: 6, active: 8 },
  feePayerLamports: 123_456,
  rentBudgetLeft: 2_039_280n,
  isLive: true,
};

/** The samples of one metric without its prefix, as Prometheus reads them. */
async function lines(metrics: { text(): Promise<string> }, name: string): Promise<string[]> {
  const prefix = "milepost_keeper_";
  return (await metrics.text())
    .split("\n")
    .filter((line) => new RegExp(`^${prefix}${name}(\\{| )`).test(line))
    .map((line) => line.slice(prefix.length));
}

describe("keeper: metrics", () => {
  it("given two keepers in a process, then each has its own registry and the global one stays empty", async () => {
    const [first, second] = [createMetrics(new Registry()), createMetrics()];
    first.executed(outcome("a"));
    expect(await lines(first, "executed_total")).to.deep.equal(["executed_total 1"]);
    expect(await lines(second, "executed_total")).to.deep.equal(["executed_total 0"]);
    expect(await register.metrics()).not.to.include("milepost");
  });

  it("given executions, then they are counted with fees, rewards and lateness by the chain's clock", async () => {
    const metrics = createMetrics();
    const [mint, other] = [addressOf("mint a"), addressOf("mint b")];
    metrics.executed(outcome("a", { mint, executedAt: NOW + 2n, reward: 7n, rentLamports: 3n }));
    metrics.executed(outcome("b", { mint, executedAt: NOW + 400n, feeLamports: 2_500n }));
    // A block's time may be a little before the time it was executed for.
    metrics.executed(outcome("c", { mint: other, executedAt: NOW - 1n, reward: 2n }));
    const unknown = { mint: null, reward: null, rentLamports: null };
    metrics.executed(outcome("d", { dueAt: null, ...unknown }));
    expect(await lines(metrics, "executed_total")).to.deep.equal(["executed_total 4"]);
    expect(await lines(metrics, "fees_lamports_total")).to.deep.equal([
      `fees_lamports_total{mint="${mint}"} 7500`,
      `fees_lamports_total{mint="${other}"} 5000`,
      `fees_lamports_total{mint="unknown"} 5000`,
    ]);
    expect(await lines(metrics, "rent_lamports_total")).to.deep.equal([
      `rent_lamports_total{mint="${mint}"} 3`,
      `rent_lamports_total{mint="${other}"} 0`,
    ]);
    expect(await lines(metrics, "rewards_base_units_total")).to.deep.equal([
      `rewards_base_units_total{mint="${mint}"} 7`,
      `rewards_base_units_total{mint="${other}"} 2`,
    ]);
    expect(await lines(metrics, "unknown_rewards_total")).to.deep.equal([
      `unknown_rewards_total{mint="${mint}"} 1`,
      'unknown_rewards_total{mint="unknown"} 1',
    ]);
    expect(await lines(metrics, "unknown_receipts_total")).to.deep.equal([
      "unknown_receipts_total 1",
    ]);
    expect(await lines(metrics, "lateness_seconds_sum")).to.deep.equal([
      "lateness_seconds_sum 402",
    ]);
    const buckets = await lines(metrics, "lateness_seconds_bucket");
    expect(buckets).to.include('lateness_seconds_bucket{le="0"} 1');
    expect(buckets).to.include('lateness_seconds_bucket{le="2"} 2');
    expect(buckets).to.include('lateness_seconds_bucket{le="+Inf"} 3');
  });

  it("given a growing number of mints, then the series end at a hundred", async () => {
    const metrics = createMetrics();
    for (let each = 0; each < 105; each += 1) {
      metrics.executed(outcome("a", { mint: addressOf(`mint ${each}`), reward: 1n }));
    }
    const rewards = await lines(metrics, "rewards_base_units_total");
    expect(rewards).to.have.length(101);
    expect(rewards).to.include('rewards_base_units_total{mint="other"} 5');
  });

  it("given failures, then they are counted by verdict and error, and free text creates no series", async () => {
    const metrics = createMetrics();
    metrics.failed(member("a"), { kind: "waiting", reason: "InsufficientBalance" });
    metrics.failed(member("b"), { kind: "waiting", reason: "InsufficientBalance" });
    metrics.failed(member("a"), { kind: "unknown", reason: "socket 17 hung up" });
    metrics.failed(member("a"), { kind: "unknown", reason: "socket 18 hung up" });
    expect(await lines(metrics, "failed_total")).to.have.members([
      'failed_total{verdict="waiting",error="InsufficientBalance"} 2',
      'failed_total{verdict="unknown",error="other"} 2',
    ]);
  });

  it("given a sample of the store, then every number is there, and what is gone is gone", async () => {
    const metrics = createMetrics();
    metrics.sampled(SAMPLE);
    const expected: Record<string, string[]> = {
      policies: ['{state="scheduled"} 5', '{state="waiting"} 6', '{state="done"} 7'],
      waiting: ['{reason="InsufficientBalance"} 2', '{reason="other"} 4'],
      due: [" 3"],
      backing_off: [" 1"],
      oldest_due_seconds: [" 90"],
      queue_depth: ['{state="queued"} 6', '{state="active"} 8'],
      open_attempts: [" 2"],
      milestones_paid: [" 11"],
      fee_payer_lamports: [" 123456"],
      rent_budget_left_lamports: [" 2039280"],
      chain_time_seconds: [` ${NOW}`],
      subscription_live: [" 1"],
    };
    for (const [name, values] of Object.entries(expected)) {
      expect(await lines(metrics, name)).to.deep.equal(values.map((value) => name + value));
    }
    const counts = { ...SAMPLE.counts, waiting: {}, oldestDueAt: null };
    metrics.sampled({ ...SAMPLE, counts, feePayerLamports: null, isLive: false });
    expect(await lines(metrics, "waiting")).to.deep.equal([]);
    expect(await lines(metrics, "oldest_due_seconds")).to.deep.equal(["oldest_due_seconds 0"]);
    expect(await lines(metrics, "subscription_live")).to.deep.equal(["subscription_live 0"]);
    // Not known is not empty.
    expect(await lines(metrics, "fee_payer_lamports")).to.deep.equal(["fee_payer_lamports 123456"]);
  });

  it("given scans and alerts, then they are counted", async () => {
    const metrics = createMetrics();
    metrics.scanned(40);
    metrics.scanned(38);
    metrics.uncovered(3);
    metrics.underfunded(underfunded("a"));
    metrics.underfunded(underfunded("b", { reason: "MilestoneNotFunded" }));
    metrics.underfunded(underfunded("c", { reason: "MilestoneNotFunded" }));
    expect(await lines(metrics, "scans_total")).to.deep.equal(["scans_total 2"]);
    expect(await lines(metrics, "scanned_policies")).to.deep.equal(["scanned_policies 38"]);
    expect(await lines(metrics, "uncovered")).to.deep.equal(["uncovered 3"]);
    expect(await lines(metrics, "underfunded_total")).to.deep.equal([
      'underfunded_total{reason="InsufficientFunds"} 1',
      'underfunded_total{reason="MilestoneNotFunded"} 2',
    ]);
  });

  describe("the RPC's meter", () => {
    const CASES: [string, string | undefined, () => Promise<Response>, string, boolean][] = [
      [
        "an answer",
        '{"jsonrpc":"2.0","method":"getSlot"}',
        async () => new Response("1"),
        "getSlot",
        true,
      ],
      [
        "an HTTP error",
        '{"method":"sendTransaction"}',
        async () => new Response("", { status: 429 }),
        "sendTransaction",
        false,
      ],
      [
        "a broken connection",
        '[{"method":"getSlot"}]',
        () => Promise.reject(new Error("reset")),
        "getSlot",
        false,
      ],
      ["a request without a body", undefined, async () => new Response("1"), "other", true],
    ];
    for (const [name, body, answer, method, ok] of CASES) {
      it(`given ${name}, then method, duration and success are reported, and the outcome is passed on`, async () => {
        const timers = new ManualTimers();
        const told: unknown[] = [];
        const fetch = meteredFetch({
          timers,
          events: { rpc: (...args) => void told.push(args) },
          fetch: () => {
            timers.pass(30);
            return answer();
          },
        });
        const failure = await fetch("http://rpc.example", { body }).then(
          () => null,
          (error: Error) => error.message,
        );
        expect(failure).to.equal(name === "a broken connection" ? "reset" : null);
        expect(told).to.deep.equal([[method, 30, ok, "rpc.example"]]);
      });
    }
  });

  it("counts batches that were split, by reason", async () => {
    const metrics = createMetrics();
    metrics.split("MaxInstructionTraceLengthExceeded", 13);
    metrics.split("MaxInstructionTraceLengthExceeded", 7);
    metrics.split("<html>", 2);
    expect(await lines(metrics, "batches_split_total")).to.deep.equal([
      'batches_split_total{reason="MaxInstructionTraceLengthExceeded"} 2',
      'batches_split_total{reason="other"} 1',
    ]);
  });

  it("given several listeners, when one throws, then the others hear every event", () => {
    const heard: string[] = [];
    const listener: KeeperEvents = {
      executed: () => void heard.push("executed"),
      failed: () => void heard.push("failed"),
      unclaimed: () => void heard.push("unclaimed"),
      underfunded: () => void heard.push("underfunded"),
      rpc: () => void heard.push("rpc"),
      split: () => void heard.push("split"),
    };
    const broken: Partial<KeeperEvents> = {
      executed: () => {
        throw new Error("full disk");
      },
    };
    const events = allEvents(broken, listener);
    events.executed(outcome("a"));
    events.failed(member("a"), { kind: "terminal", reason: "PolicyCompleted" });
    events.underfunded(underfunded("a"));
    events.unclaimed({
      ...{ policy: addressOf("a"), milestoneIndex: 0, mint: addressOf("mint") },
      ...{ owner: addressOf("owner"), reason: "NoTokenAccount", amount: 5n },
    });
    events.rpc("getSlot", 1, true);
    events.split("TooManyAccountLocks", 2);
    expect(heard).to.deep.equal([
      ...["executed", "failed", "underfunded", "unclaimed", "rpc", "split"],
    ]);
  });

  it("given unclaimed rewards, then they are counted, and the log says so once per mint, for at most a hundred", async () => {
    const written: string[] = [];
    const log = createLog({ destination: { write: (line: string) => void written.push(line) } });
    const metrics = createMetrics();
    const events = allEvents(metrics, logEvents(log));
    const tell = (mint: string, reason = "NoTokenAccount") =>
      events.unclaimed({
        policy: addressOf("a"),
        milestoneIndex: 0,
        mint: addressOf(mint),
        owner: addressOf("owner"),
        reason,
        amount: 5n,
      });
    for (const reason of ["NoTokenAccount", "NoTokenAccount", "TokenAccountFrozen"]) {
      tell("mint", reason);
    }
    const seen = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(seen).to.have.length(2);
    expect(seen[0]).to.include({
      level: "warn",
      event: "unclaimed",
      mint: addressOf("mint"),
      owner: addressOf("owner"),
      amount: "5",
    });
    expect(seen[0]!.msg).to.match(/no token account.*create one to be paid/);
    const mint = addressOf("mint");
    expect(await lines(metrics, "unclaimed_rewards_total")).to.deep.equal([
      `unclaimed_rewards_total{mint="${mint}",reason="NoTokenAccount"} 2`,
      `unclaimed_rewards_total{mint="${mint}",reason="TokenAccountFrozen"} 1`,
    ]);
    for (let each = 0; each < 200; each += 1) tell(`mint ${each}`);
    expect(written).to.have.length(100);
  });

  it("given events, then the log has a line for each but the RPC's", () => {
    const lines: string[] = [];
    const log = createLog({ destination: { write: (line: string) => void lines.push(line) } });
    const events = allEvents(logEvents(log));
    const paid = { executedAt: NOW + 7n, dueAt: NOW, amount: 36_893_488_147_419_103_230n };
    events.executed(outcome("a", paid));
    events.failed(member("a"), { kind: "waiting", reason: "InsufficientBalance" });
    events.failed(member("a"), { kind: "unknown", reason: "hung up" });
    events.underfunded(underfunded("a", { shortfall: 9n }));
    events.rpc("getSlot", 1, true);
    const seen = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(seen.map(({ level, msg }) => [level, msg])).to.deep.equal([
      ["info", "milestone paid"],
      ["info", "not executed"],
      ["warn", "not executed"],
      ["warn", "due within 72 hours and not covered"],
    ]);
    expect(seen[0]).to.include({
      ...{ policy: addressOf("a"), milestoneIndex: 0, feeLamports: "5000" },
      ...{ lateSeconds: 7, amount: "36893488147419103230", signature: outcome("a").signature },
    });
    expect(seen[3]).to.include({
      event: "underfunded",
      policy: addressOf("a"),
      milestoneIndex: 0,
      owner: addressOf("owner of a"),
      mint: addressOf("mint"),
      reason: "InsufficientFunds",
      shortfall: "9",
      dueAt: (NOW + 3_600n).toString(),
    });
  });
});

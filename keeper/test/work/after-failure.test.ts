import {
  type Execution,
  groupExecutions,
  MilestoneProgramError,
  type ReleaseSnapshot,
  TransactionRuntimeError,
} from "@milepost/sdk";
import { TransactionInstruction } from "@solana/web3.js";
import BN from "bn.js";
import { expect } from "chai";
import { type AfterFailure, afterFailure, type Failure } from "../../src/work/after-failure";
import type { Ready } from "../../src/work/batch";
import { key } from "../harness/accounts";

const PROGRAM = key("program");
const PAYER = key("payer");

function instruction(label: string): TransactionInstruction {
  return new TransactionInstruction({ programId: PROGRAM, keys: [], data: Buffer.from(label) });
}

/** Makes a ready payment. `account` is the label of the token account that claims its reward. */
function item(label: string, { account = "", creates = false } = {}): Ready {
  const execution: Execution = {
    policy: key(label),
    milestoneIndex: 0,
    executor: PAYER,
    setup: creates ? [instruction(`create for ${label}`)] : [],
    instruction: instruction(label),
    keeperReward: new BN(account ? 1 : 0),
  };
  const snapshot = account ? { keeperAccount: { address: key(account) } } : {};
  return {
    member: { policy: label, milestoneIndex: 0, action: "executePayment" },
    dueAt: 0n,
    attempts: 0,
    execution,
    snapshot: snapshot as unknown as ReleaseSnapshot,
  };
}

/** Four payments, numbered by the instruction that fails: the compute limit is 0, the first payment 1. */
const PLAIN = ["a", "b", "c", "d"].map((label) => item(label));
const ALONE = [item("a")];
const CLAIMING = [
  item("a", { account: "x" }),
  item("b", { account: "x" }),
  item("c", { account: "y" }),
  item("d"),
];
const CREATING = [item("a", { creates: true }), item("b")];

const program = (name: ConstructorParameters<typeof MilestoneProgramError>[0]) =>
  new MilestoneProgramError(name, "sdk");
const runtime = (name: string) => new TransactionRuntimeError(name, undefined, {});
const failing = (
  kind: "simulated" | "on chain",
  index: number | null,
  error: Error,
  detail: unknown = { Custom: 6_000 },
): Failure => ({
  kind,
  err: index === null ? "Whole" : { InstructionError: [index, detail] },
  error,
});
const unanswered: Failure = { kind: "unanswered", error: new Error("no answer about these") };
const short = program("InsufficientFunds");
const compute = (kind: "simulated" | "on chain") =>
  failing(kind, 2, runtime("ComputationalBudgetExceeded"), "ComputationalBudgetExceeded");

const labels = (items: readonly Ready[]) => items.map(({ member }) => member.policy).join("");
const told = (after: AfterFailure) => ({
  postponed: labels(after.postponed),
  withoutReward: labels(after.withoutReward),
  unchanged: labels(after.unchanged),
  next: after.next,
});

interface Case {
  title: string;
  items?: readonly Ready[];
  failure: Failure;
  exceeded?: number;
  failures?: number;
  postponed?: string;
  withoutReward?: string;
  unchanged?: string;
  next: AfterFailure["next"];
}

const CASES: readonly Case[] = [
  {
    title: "halves a batch that no RPC answers about",
    failure: unanswered,
    ...{ unchanged: "abcd", next: "halve" },
  },
  {
    title: "postpones a single payment that no RPC answers about",
    items: ALONE,
    failure: unanswered,
    ...{ postponed: "a", next: "attempt" },
  },
  {
    title: "postpones the payment whose instruction failed and attempts the others",
    failure: failing("simulated", 2, short),
    ...{ postponed: "b", unchanged: "acd", next: "attempt" },
  },
  {
    title: "probes the others after a second failure in a simulation",
    failure: failing("simulated", 2, short),
    failures: 1,
    ...{ postponed: "b", unchanged: "acd", next: "probe" },
  },
  {
    title: "halves the others at once after a second failure on chain",
    failure: failing("on chain", 2, short),
    failures: 1,
    ...{ postponed: "b", unchanged: "acd", next: "halve at once" },
  },
  {
    title: "attempts two others together however often the batch failed",
    items: PLAIN.slice(0, 3),
    failure: failing("on chain", 2, short),
    failures: 5,
    ...{ postponed: "b", unchanged: "ac", next: "attempt" },
  },
  {
    title: "raises the limit of a batch that exceeded it on chain",
    failure: compute("on chain"),
    ...{ unchanged: "abcd", next: "raise limit" },
  },
  {
    title: "halves a batch that exceeded the highest limit on chain",
    failure: compute("on chain"),
    exceeded: 2,
    ...{ unchanged: "abcd", next: "halve" },
  },
  {
    title: "halves a batch that exceeds the limit in a simulation",
    failure: compute("simulated"),
    ...{ unchanged: "abcd", next: "halve" },
  },
  {
    title: "halves a batch with an unknown error",
    failure: failing("simulated", null, runtime("NeverHeardOf")),
    ...{ unchanged: "abcd", next: "halve" },
  },
  {
    title: "postpones a single payment with an unknown error",
    items: ALONE,
    failure: failing("simulated", null, runtime("NeverHeardOf")),
    ...{ postponed: "a", next: "attempt" },
  },
  {
    title: "postpones all members when the fee payer is short of the fee",
    failure: failing("simulated", null, runtime("InsufficientFundsForFee")),
    ...{ postponed: "abcd", next: "attempt" },
  },
  {
    title: "postpones first the members that create accounts when the fee payer is short",
    items: CREATING,
    failure: failing("simulated", null, runtime("InsufficientFundsForRent")),
    ...{ postponed: "a", unchanged: "b", next: "attempt" },
  },
  {
    title: "retries without reward every payment that names a refused account",
    items: CLAIMING,
    failure: failing("simulated", 1, program("InvalidKeeperTokenAccount")),
    ...{ withoutReward: "ab", unchanged: "cd", next: "attempt" },
  },
  {
    title: "retries without reward only the payment whose account may be frozen",
    items: CLAIMING,
    failure: failing("simulated", 1, program("TokenAccountFrozen")),
    ...{ withoutReward: "a", unchanged: "bcd", next: "attempt" },
  },
  {
    title: "postpones a payment without a reward whose account is frozen",
    items: CLAIMING,
    failure: failing("simulated", 4, program("TokenAccountFrozen")),
    ...{ postponed: "d", unchanged: "abc", next: "attempt" },
  },
  {
    title: "keeps the reward of a payment that failed for another reason",
    items: CLAIMING,
    failure: failing("on chain", 1, short),
    ...{ postponed: "a", unchanged: "bcd", next: "attempt" },
  },
];

function decide({ items = PLAIN, failure, exceeded = 0, failures = 0 }: Case): AfterFailure {
  const executions = items.map(({ execution }) => execution);
  const [group] = groupExecutions(executions, { payer: PAYER });
  return afterFailure({ items, failure, exceeded, failures, group: group!, programId: PROGRAM });
}

describe("work: after a failure", () => {
  for (const each of CASES) {
    it(each.title, () => {
      const { postponed = "", withoutReward = "", unchanged = "", next } = each;
      expect(told(decide(each))).to.deep.equal({ postponed, withoutReward, unchanged, next });
    });

    it(`${each.title}: loses no member and names none twice`, () => {
      const after = decide(each);
      const all = [...after.postponed, ...after.withoutReward, ...after.unchanged];
      expect(labels(all).split("").sort().join("")).to.equal(labels(each.items ?? PLAIN));
    });
  }

  it("marks only a payment that failed itself as tried", () => {
    const failed = decide({ title: "", failure: failing("simulated", 2, short), next: "attempt" });
    const shared = decide({ title: "", items: ALONE, failure: unanswered, next: "attempt" });
    expect([failed.isTried, shared.isTried]).to.deep.equal([true, false]);
  });

  it("forgets the lookup tables after an error about them, and at no other time", () => {
    const about = (name: string) =>
      decide({ title: "", failure: failing("simulated", null, runtime(name)), next: "halve" });
    expect(about("AddressLookupTableNotFound").forgetsTables).to.equal(true);
    expect(about("NeverHeardOf").forgetsTables).to.equal(false);
  });
});

import { expect } from "chai";
import { type Execution, groupExecutions, TransactionRuntimeError } from "@milepost/sdk";
import { SystemProgram, TransactionInstruction } from "@solana/web3.js";
import BN from "bn.js";
import { computeUnitLimitFor, pack, withBudget } from "../../src/send/pack";
import { blame } from "../../src/send/blame";
import { key } from "../harness/accounts";

const PAYER = key("payer");
const PROGRAM = key("program");

function instruction(label: string, size = 1, accounts = 0): TransactionInstruction {
  const keys = Array.from({ length: accounts }, (_, index) => ({
    ...{ pubkey: key(`${label} ${index}`), isSigner: false, isWritable: true },
  }));
  return new TransactionInstruction({ programId: PROGRAM, keys, data: Buffer.alloc(size, label) });
}

function item(label: string, setup: TransactionInstruction[] = [], accounts = 0) {
  const execution: Execution = {
    policy: key(label),
    milestoneIndex: 0,
    executor: PAYER,
    setup,
    instruction: instruction(label, 1, accounts),
    keeperReward: new BN(0),
  };
  return { label, execution };
}

const labels = (items: readonly { label: string }[]) => items.map(({ label }) => label).join("");
const failedAt = (index: number, detail: unknown = { Custom: 6_000 }) => ({
  InstructionError: [index, detail],
});

describe("send: the members to blame", () => {
  const setup = () => instruction("setup", 3);
  const items = [item("a"), item("b", [setup()]), item("c", [setup()]), item("d")];
  const group = groupExecutions(
    items.map(({ execution }) => execution),
    { payer: PAYER },
  );
  const divide = (err: unknown, error: unknown = err) => blame(items, group[0]!, err, error);

  it("given a group, when its instructions are counted, then the set-up is in it once, between the budget and the executions", () => {
    expect(group).to.have.length(1);
    expect(group[0]!.instructions).to.have.length(1 + 1 + 4);
  });

  for (const [index, blamed, rest] of [
    [2, "a", "bcd"],
    [3, "b", "acd"],
    [5, "d", "abc"],
    [1, "bc", "ad"],
  ] as const) {
    it(`given instruction ${index} failing, when it is split, then ${blamed} leave`, () => {
      const found = divide(failedAt(index));
      expect([labels(found.blamed), labels(found.rest)]).to.deep.equal([blamed, rest]);
      expect(found.isShared).to.equal(false);
    });
  }

  for (const [name, err] of [
    ["the compute limit's instruction", failedAt(0)],
    ["an instruction that is not there", failedAt(9)],
    ["no instruction", "BlockhashNotFound"],
    ["too little compute for all together", failedAt(3, "ComputationalBudgetExceeded")],
  ] as const) {
    it(`given ${name} failing, when it is split, then no member is to blame`, () => {
      const found = divide(err);
      expect(found.isShared).to.equal(true);
      expect(labels(found.rest)).to.equal("abcd");
    });
  }

  it("given a fee payer without SOL for the set-up, when it is split, then no member is to blame", () => {
    const error = new TransactionRuntimeError("InsufficientFundsForRent", undefined, {});
    expect(divide(failedAt(1), error).isShared).to.equal(true);
  });

  it("given one alone that takes too much compute, when it is split, then it is to blame", () => {
    const one = [items[0]!];
    const [alone] = groupExecutions([one[0]!.execution], { payer: PAYER });
    const found = blame(one, alone!, failedAt(1, "ComputationalBudgetExceeded"), null);
    expect(labels(found.blamed)).to.equal("a");
  });
});

describe("send: packing", () => {
  it("given one item that fits nowhere, when all are packed, then it is set apart and the others keep their order", () => {
    const items = [item("a"), item("huge", [], 40), item("b"), item("c")];
    const { groups, tooLarge } = pack(items, { payer: PAYER, maxExecutions: 2 });
    expect(groups.map(labels)).to.deep.equal(["ab", "c"]);
    expect(labels(tooLarge)).to.equal("huge");
  });

  it("given a budget, when it is set, then the limit comes first, the price last, and the rest stays where it was", () => {
    const [group] = groupExecutions([item("a").execution], { payer: PAYER });
    const plain = withBudget(group!, { computeUnitLimit: 7 });
    const priced = withBudget(group!, { computeUnitLimit: 7, computeUnitPrice: 9 });
    expect(plain).to.have.length(2);
    expect(priced.slice(0, 2)).to.deep.equal(plain);
    expect([plain[0]!.data[0], priced[2]!.data[0]]).to.deep.equal([2, 3]);
    expect(plain[0]!.programId.equals(SystemProgram.programId)).to.equal(false);
  });

  it("given the units of a simulation, when the limit is set, then it has a margin, within the network's maximum", () => {
    expect(computeUnitLimitFor(100_000)).to.equal(110_300);
    expect(computeUnitLimitFor(1_390_000)).to.equal(1_400_000);
  });
});

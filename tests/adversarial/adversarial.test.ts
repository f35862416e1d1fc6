/**
 * Every account of every instruction, wrong in every way that can be generated from the IDL. What each case must
 * answer is decided by hand in `adversarial/verdicts/`; a case without a verdict fails, and so does a verdict
 * without a case.
 */
import { expect } from "chai";
import { attempt } from "./attempt";
import { validCall } from "./calls";
import { INSTRUCTIONS, isTrailing, slotsOf } from "./kinds";
import { duplicatesOf, mutationsOf } from "./mutations";
import { Stage } from "./stage";
import { DUPLICATE, type Verdict, VERDICTS } from "./verdicts";
import { expectUnchanged, snapshot, type Snapshot } from "../harness";

function title(verdict: Verdict | undefined): string {
  return verdict === DUPLICATE ? "the duplicate is refused" : String(verdict);
}

describe("the accounts of every instruction", () => {
  let stage: Stage;
  let whole: Snapshot;
  before(async () => {
    stage = await Stage.create();
    whole = await snapshot(stage.world.chain);
  });

  for (const instruction of INSTRUCTIONS) {
    const slots = slotsOf(instruction);
    const verdicts = VERDICTS[instruction];
    const mutations = slots.flatMap(mutationsOf);
    const duplicates = duplicatesOf(instruction).map((pair) => {
      const name = `${pair.slot.name} <- ${pair.other.name}`;
      const exclusive = verdicts?.exclusive ?? [];
      const both = [pair.slot, pair.other];
      const isExclusive =
        both.some((slot) => exclusive.includes(slot.name)) && !both.some(isTrailing);
      return { ...pair, name, isExclusive };
    });

    describe(instruction, () => {
      it("given the valid call, all of its accounts different ones, then it succeeds", async () => {
        const { instruction: valid, accounts } = await validCall(stage, instruction);
        expect(new Set(valid.keys.map((key) => key.pubkey.toBase58())).size).to.equal(slots.length);
        expect(Object.keys(accounts)).to.deep.equal(slots.map((slot) => slot.name));
        await attempt(stage, instruction, () => valid.keys, "allowed");
      });

      it("given the IDL then the verdicts are about exactly its accounts and cases", () => {
        expect(verdicts, "no verdicts").to.not.equal(undefined);
        const cases = slots.map((slot) => [slot.name, mutationsOf(slot).map(({ name }) => name)]);
        const decided = Object.entries(verdicts?.slots ?? {}).map(([slot, of]) => [
          slot,
          Object.keys(of),
        ]);
        const sorted = (rows: (string | string[])[][]) =>
          rows.map(([slot, names]) => [slot, [...(names as string[])].sort()]);
        expect(sorted(decided)).to.have.deep.members(sorted(cases));
        const pairs = duplicates.filter((pair) => !pair.isExclusive).map(({ name }) => name);
        expect(Object.keys(verdicts?.duplicates ?? {})).to.have.members(pairs);
      });

      for (const { slot, name, change } of mutations) {
        const verdict = verdicts?.slots[slot.name]?.[name];
        it(`given ${slot.name}: ${name} then ${title(verdict)}`, async () => {
          if (verdict === undefined) throw new Error("no verdict");
          await attempt(stage, instruction, change, verdict, `${instruction}.${slot.name}`);
        });
      }

      for (const { slot, name, change, isExclusive } of duplicates) {
        const verdict = isExclusive ? DUPLICATE : verdicts?.duplicates[name];
        it(`given ${name} then ${title(verdict)}`, async () => {
          if (verdict === undefined) throw new Error("no verdict");
          await attempt(stage, instruction, change, verdict, `${instruction}.${slot.name}`);
        });
      }
    });
  }

  it("given all of it then the whole chain is as it was, except for what the fee payer paid", async () => {
    await expectUnchanged(whole, async () => {}, [stage.key("feePayer")]);
  });
});

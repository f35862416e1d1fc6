import { statSync } from "node:fs";
import { expect } from "chai";
import { programPath, RuntimeName, selectedRuntime } from "./harness";
import { Measurement, measureBatch, measureInstructions } from "./bench/measure";
import { World } from "./world";

/** Own CU: what must never be exceeded, and what it was when last looked at. A change updates both knowingly. */
interface Ceiling {
  ceiling: number;
  lastKnown: number;
}

const CEILINGS: Record<RuntimeName, Record<string, Ceiling>> = {
  litesvm: {
    "execute_payment/no-fees": { ceiling: 2_800, lastKnown: 2_711 },
    "execute_payment/both-fees": { ceiling: 5_500, lastKnown: 4_894 },
    "execute_payment/token-2022": { ceiling: 2_900, lastKnown: 2_750 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 4_989 },
    create_user_payment: { ceiling: 3_500, lastKnown: 3_038 },
    create_gateway: { ceiling: 3_500, lastKnown: 2_921 },
    change_payment_policy_status: { ceiling: 800, lastKnown: 669 },
    delete_payment_policy: { ceiling: 2_500, lastKnown: 2_171 },
    sync_delegation: { ceiling: 2_000, lastKnown: 1_715 },
  },
  bankrun: {
    "execute_payment/no-fees": { ceiling: 3_200, lastKnown: 2_901 },
    "execute_payment/both-fees": { ceiling: 5_800, lastKnown: 5_196 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 5_236 },
  },
};
const MAX_PROGRAM_BYTES = 200 * 1_024;
const MAX_POLICY_BYTES = 384;
const MIN_EXECUTIONS_PER_TRANSACTION = 8;

describe("ceilings", () => {
  const runtime = selectedRuntime();
  let measured: Map<string, Measurement>;
  before(async () => {
    measured = new Map((await measureInstructions(runtime)).map((row) => [row.name, row]));
  });

  for (const [name, { ceiling, lastKnown }] of Object.entries(CEILINGS[runtime])) {
    it(`given ${name} then at most ${ceiling} own CU (last known ${lastKnown})`, () => {
      const ownCu = measured.get(name)?.own_cu;
      expect(ownCu, `${name} was not measured`).to.be.a("number").above(0);
      expect(ownCu, `last known ${lastKnown}`).to.be.at.most(ceiling);
    });
  }

  it(`given a lookup table then one transaction executes ${MIN_EXECUTIONS_PER_TRANSACTION} different policies or more`, async () => {
    expect(await measureBatch(runtime)).to.be.at.least(MIN_EXECUTIONS_PER_TRANSACTION);
  });

  it(`given a policy then its account takes at most ${MAX_POLICY_BYTES} bytes`, async () => {
    const world = await World.create();
    const policy = await world.createPolicy();
    const account = await world.chain.getAccount(policy.address);
    expect(account?.data.length).to.be.at.most(MAX_POLICY_BYTES);
  });

  it(`given the program then it takes at most ${MAX_PROGRAM_BYTES} bytes`, () => {
    expect(statSync(programPath()).size).to.be.above(0).and.at.most(MAX_PROGRAM_BYTES);
  });
});

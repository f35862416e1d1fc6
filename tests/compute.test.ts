import { statSync } from "node:fs";
import { expect } from "chai";
import { programPath, RuntimeName, selectedRuntime } from "./harness";
import { Measurement, measureBatch, measureInstructions } from "./bench/measure";
import { HeldPolicy } from "./escrow-world";
import { World } from "./world";

/** Own CU: what must never be exceeded, and what it was when last looked at. A change updates both knowingly. */
interface Ceiling {
  ceiling: number;
  lastKnown: number;
}

const CEILINGS: Record<RuntimeName, Record<string, Ceiling>> = {
  litesvm: {
    "execute_payment/no-fees": { ceiling: 2_800, lastKnown: 2_772 },
    "execute_payment/both-fees": { ceiling: 5_500, lastKnown: 5_001 },
    "execute_payment/token-2022": { ceiling: 2_900, lastKnown: 2_811 },
    "execute_payment/held": { ceiling: 6_200, lastKnown: 5_708 },
    "execute_payment/reward": { ceiling: 7_400, lastKnown: 6_776 },
    "execute_payment/held-reward": { ceiling: 7_900, lastKnown: 7_232 },
    set_keeper_reward: { ceiling: 700, lastKnown: 623 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 5_014 },
    create_user_payment: { ceiling: 3_500, lastKnown: 3_062 },
    create_gateway: { ceiling: 3_500, lastKnown: 2_922 },
    change_payment_policy_status: { ceiling: 800, lastKnown: 741 },
    delete_payment_policy: { ceiling: 2_500, lastKnown: 2_349 },
    sync_delegation: { ceiling: 2_000, lastKnown: 1_762 },
    // Most of it is the associated token program's.
    open_escrow: { ceiling: 23_000, lastKnown: 19_574 },
    accept_escrow: { ceiling: 1_050, lastKnown: 913 },
    "fund_milestones/one": { ceiling: 3_000, lastKnown: 2_673 },
    "fund_milestones/three": { ceiling: 3_100, lastKnown: 2_774 },
    submit_milestone: { ceiling: 1_100, lastKnown: 980 },
    "approve_milestone/all-fees": { ceiling: 6_100, lastKnown: 5_567 },
    dispute_milestone: { ceiling: 1_300, lastKnown: 1_135 },
    withdraw_dispute: { ceiling: 1_150, lastKnown: 1_021 },
    request_mediation: { ceiling: 1_150, lastKnown: 1_003 },
    "resolve_dispute/split": { ceiling: 7_500, lastKnown: 6_748 },
    "expire_mediation/split": { ceiling: 7_500, lastKnown: 6_731 },
    "settle_milestone/split": { ceiling: 7_500, lastKnown: 6_793 },
    reclaim_milestone: { ceiling: 3_300, lastKnown: 2_918 },
    "close_escrow/empty": { ceiling: 2_800, lastKnown: 2_447 },
    "close_escrow/refund": { ceiling: 4_000, lastKnown: 3_541 },
  },
  bankrun: {
    "execute_payment/no-fees": { ceiling: 3_200, lastKnown: 2_974 },
    "execute_payment/both-fees": { ceiling: 5_800, lastKnown: 5_321 },
    "execute_payment/held": { ceiling: 6_500, lastKnown: 6_034 },
    "execute_payment/reward": { ceiling: 7_800, lastKnown: 7_155 },
    "execute_payment/held-reward": { ceiling: 8_300, lastKnown: 7_611 },
    set_keeper_reward: { ceiling: 740, lastKnown: 658 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 5_261 },
    open_escrow: { ceiling: 24_000, lastKnown: 20_634 },
    "approve_milestone/all-fees": { ceiling: 6_500, lastKnown: 5_881 },
    "resolve_dispute/split": { ceiling: 8_000, lastKnown: 7_127 },
    "expire_mediation/split": { ceiling: 8_000, lastKnown: 7_110 },
    "settle_milestone/split": { ceiling: 8_000, lastKnown: 7_184 },
    "close_escrow/refund": { ceiling: 4_300, lastKnown: 3_767 },
  },
};
const MAX_PROGRAM_BYTES = 200_000;
const MAX_POLICY_BYTES = 384;
const MAX_ESCROW_BYTES = 640;
/** How many times the work of a delegated release with both fees a held one may take. */
const MAX_TIMES_DELEGATED = 2;
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

  for (const name of ["approve_milestone/all-fees", "resolve_dispute/split"]) {
    it(`given ${name} then at most ${MAX_TIMES_DELEGATED} x the own CU of a delegated release with both fees`, () => {
      const delegated = measured.get("execute_payment/both-fees")?.own_cu as number;
      const held = measured.get(name)?.own_cu;
      expect(held, `${name} was not measured`).to.be.a("number").above(0);
      expect(held).to.be.at.most(MAX_TIMES_DELEGATED * delegated);
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

  it(`given an escrow then its account takes at most ${MAX_ESCROW_BYTES} bytes`, async () => {
    const world = await World.create();
    const held = await HeldPolicy.ready(world);
    const account = await world.chain.getAccount(held.escrow);
    expect(account?.data.length).to.be.above(0).and.at.most(MAX_ESCROW_BYTES);
  });

  it(`given the program then it takes at most ${MAX_PROGRAM_BYTES} bytes`, () => {
    expect(statSync(programPath()).size).to.be.above(0).and.at.most(MAX_PROGRAM_BYTES);
  });
});

import { statSync } from "node:fs";
import { expect } from "chai";
import { programPath, RuntimeName, selectedRuntime } from "../harness";
import { Measurement, measureBatch, measureInstructions } from "./measure";
import { HeldPolicy, World } from "../world";

/** Own CU: the ceiling, and the value that was measured last. A change updates both on purpose. */
interface Ceiling {
  ceiling: number;
  lastKnown: number;
}

const CEILINGS: Record<RuntimeName, Record<string, Ceiling>> = {
  litesvm: {
    "execute_payment/no-fees": { ceiling: 2_250, lastKnown: 2_244 },
    "execute_payment/both-fees": { ceiling: 2_500, lastKnown: 2_476 },
    "execute_payment/token-2022": { ceiling: 2_300, lastKnown: 2_277 },
    "execute_payment/held": { ceiling: 3_100, lastKnown: 3_012 },
    "execute_payment/reward": { ceiling: 3_200, lastKnown: 3_021 },
    "execute_payment/held-reward": { ceiling: 3_600, lastKnown: 3_512 },
    set_keeper_reward: { ceiling: 700, lastKnown: 619 },
    "create_milestone_policy/median": { ceiling: 4_900, lastKnown: 4_847 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 4_835 },
    create_user_payment: { ceiling: 3_500, lastKnown: 3_015 },
    create_gateway: { ceiling: 3_500, lastKnown: 2_900 },
    change_payment_policy_status: { ceiling: 800, lastKnown: 704 },
    delete_payment_policy: { ceiling: 2_400, lastKnown: 2_256 },
    sync_delegation: { ceiling: 2_000, lastKnown: 1_733 },
    // Most of it is the associated token program's.
    open_escrow: { ceiling: 23_000, lastKnown: 19_418 },
    accept_escrow: { ceiling: 1_050, lastKnown: 796 },
    "fund_milestones/one": { ceiling: 3_000, lastKnown: 2_616 },
    "fund_milestones/three": { ceiling: 3_100, lastKnown: 2_716 },
    submit_milestone: { ceiling: 1_100, lastKnown: 886 },
    "approve_milestone/all-fees": { ceiling: 3_700, lastKnown: 3_582 },
    dispute_milestone: { ceiling: 1_300, lastKnown: 1_009 },
    withdraw_dispute: { ceiling: 1_150, lastKnown: 902 },
    request_mediation: { ceiling: 1_150, lastKnown: 928 },
    "resolve_dispute/split": { ceiling: 4_000, lastKnown: 3_727 },
    "expire_mediation/split": { ceiling: 4_000, lastKnown: 3_731 },
    "settle_milestone/split": { ceiling: 4_000, lastKnown: 3_796 },
    reclaim_milestone: { ceiling: 3_300, lastKnown: 2_822 },
    "close_escrow/empty": { ceiling: 2_800, lastKnown: 2_408 },
    "close_escrow/refund": { ceiling: 3_750, lastKnown: 3_579 },
  },
  bankrun: {
    "execute_payment/no-fees": { ceiling: 2_600, lastKnown: 2_404 },
    "execute_payment/both-fees": { ceiling: 5_000, lastKnown: 4_676 },
    "execute_payment/held": { ceiling: 5_600, lastKnown: 5_220 },
    "execute_payment/reward": { ceiling: 6_600, lastKnown: 6_246 },
    "execute_payment/held-reward": { ceiling: 7_100, lastKnown: 6_743 },
    set_keeper_reward: { ceiling: 740, lastKnown: 648 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 5_041 },
    open_escrow: { ceiling: 24_000, lastKnown: 20_433 },
    "approve_milestone/all-fees": { ceiling: 6_100, lastKnown: 5_782 },
    "resolve_dispute/split": { ceiling: 7_300, lastKnown: 6_958 },
    "expire_mediation/split": { ceiling: 7_300, lastKnown: 6_962 },
    "settle_milestone/split": { ceiling: 7_400, lastKnown: 7_035 },
    "close_escrow/refund": { ceiling: 4_000, lastKnown: 3_771 },
  },
};
const MAX_PROGRAM_BYTES = 165_000;
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

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
    "execute_payment/no-fees": { ceiling: 2_750, lastKnown: 2_699 },
    "execute_payment/both-fees": { ceiling: 3_000, lastKnown: 2_945 },
    "execute_payment/token-2022": { ceiling: 2_800, lastKnown: 2_738 },
    "execute_payment/held": { ceiling: 3_750, lastKnown: 3_629 },
    "execute_payment/reward": { ceiling: 3_800, lastKnown: 3_706 },
    "execute_payment/held-reward": { ceiling: 4_250, lastKnown: 4_138 },
    set_keeper_reward: { ceiling: 700, lastKnown: 626 },
    "create_milestone_policy/median": { ceiling: 5_000, lastKnown: 4_917 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 4_905 },
    create_user_payment: { ceiling: 3_500, lastKnown: 3_027 },
    create_gateway: { ceiling: 3_500, lastKnown: 2_906 },
    change_payment_policy_status: { ceiling: 800, lastKnown: 711 },
    delete_payment_policy: { ceiling: 2_400, lastKnown: 2_275 },
    sync_delegation: { ceiling: 2_000, lastKnown: 1_733 },
    // Most of it is the associated token program's.
    open_escrow: { ceiling: 23_000, lastKnown: 19_448 },
    accept_escrow: { ceiling: 1_050, lastKnown: 806 },
    "fund_milestones/one": { ceiling: 3_000, lastKnown: 2_669 },
    "fund_milestones/three": { ceiling: 3_100, lastKnown: 2_769 },
    submit_milestone: { ceiling: 1_100, lastKnown: 896 },
    "approve_milestone/all-fees": { ceiling: 3_800, lastKnown: 3_655 },
    dispute_milestone: { ceiling: 1_300, lastKnown: 1_022 },
    withdraw_dispute: { ceiling: 1_150, lastKnown: 912 },
    request_mediation: { ceiling: 1_150, lastKnown: 938 },
    "resolve_dispute/split": { ceiling: 4_000, lastKnown: 3_807 },
    "expire_mediation/split": { ceiling: 4_000, lastKnown: 3_808 },
    "settle_milestone/split": { ceiling: 4_000, lastKnown: 3_876 },
    reclaim_milestone: { ceiling: 3_300, lastKnown: 2_882 },
    "close_escrow/empty": { ceiling: 2_800, lastKnown: 2_427 },
    "close_escrow/refund": { ceiling: 3_750, lastKnown: 3_631 },
  },
  bankrun: {
    "execute_payment/no-fees": { ceiling: 3_000, lastKnown: 2_901 },
    "execute_payment/both-fees": { ceiling: 5_400, lastKnown: 5_198 },
    "execute_payment/held": { ceiling: 6_100, lastKnown: 5_892 },
    "execute_payment/reward": { ceiling: 7_200, lastKnown: 6_985 },
    "execute_payment/held-reward": { ceiling: 7_700, lastKnown: 7_423 },
    set_keeper_reward: { ceiling: 740, lastKnown: 661 },
    create_milestone_policy: { ceiling: 7_500, lastKnown: 5_153 },
    open_escrow: { ceiling: 24_000, lastKnown: 20_509 },
    "approve_milestone/all-fees": { ceiling: 6_100, lastKnown: 5_906 },
    "resolve_dispute/split": { ceiling: 7_300, lastKnown: 7_092 },
    "expire_mediation/split": { ceiling: 7_300, lastKnown: 7_093 },
    "settle_milestone/split": { ceiling: 7_400, lastKnown: 7_173 },
    "close_escrow/refund": { ceiling: 4_000, lastKnown: 3_857 },
  },
};
const MAX_PROGRAM_BYTES = 167_000;
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

/** Compute units of what held policies add. */
import { HeldPolicy, Schedule, START, World } from "../world";
import type { Recorder } from "./measure";

const AMOUNT = 100_000_000n;
/** 60 of 100: recipient, owner, gateway and protocol all get something. */
const SHARE = 60_000_000n;
const SCHEDULE: Schedule = {
  amounts: [AMOUNT, AMOUNT, AMOUNT, AMOUNT],
  timestamps: [0n, 0n, 0n, 0n],
  releaseCondition: 0,
};
const TERMS = { platformFeeBps: 250, mediationTimeoutSecs: 60 };

/** With all three fees, so that every release makes as many transfers as it can. */
export async function measureEscrow({ runtime, measure }: Recorder): Promise<void> {
  const world = await World.create({ runtime, protocolFeeBps: 100, gatewayFeeBps: 250 });
  const first = await HeldPolicy.create(world, SCHEDULE);
  await measure(world, "open_escrow", first.open(TERMS), "owner");
  await measure(world, "accept_escrow", first.accept(), "recipient");
  await measure(world, "fund_milestones/one", first.fund(0, 1), "owner");
  await measure(world, "fund_milestones/three", first.fund(1, 3), "owner");
  await measure(world, "submit_milestone", first.submit(0), "recipient");
  await measure(world, "approve_milestone/all-fees", first.approve(0), "owner");

  await world.expectOk([first.submit(1)], "recipient");
  await measure(world, "dispute_milestone", first.dispute(1), "owner");
  await measure(world, "withdraw_dispute", first.withdrawDispute(1), "owner");
  await world.expectOk([first.dispute(1)], "owner");
  await measure(world, "request_mediation", first.requestMediation(1), "owner");
  await measure(world, "resolve_dispute/split", first.resolve(1, SHARE), "mediator");
  await measure(world, "settle_milestone/split", first.settle(2, SHARE), "owner", "recipient");
  await measure(world, "execute_payment/held", first.execute(3), "stranger");
  await measure(world, "close_escrow/empty", first.close(), "owner");

  const second = await HeldPolicy.ready(world, { schedule: SCHEDULE, terms: TERMS });
  await measure(world, "reclaim_milestone", second.reclaimAgreed(0), "owner", "recipient");
  await world.expectOk([second.submit(1)], "recipient");
  await world.expectOk([second.dispute(1)], "owner");
  await world.expectOk([second.requestMediation(1)], "owner");
  await world.chain.setTime(START + 60n);
  await measure(world, "expire_mediation/split", second.expire(1), "stranger");

  const rewarded = await HeldPolicy.ready(world, { schedule: SCHEDULE, terms: TERMS });
  await world.expectOk([world.setKeeperReward(2_000)], "gatewayAuthority");
  const claimed = rewarded.execute(0, { keeper_token_account: world.tokens.stranger });
  await measure(world, "execute_payment/held-reward", claimed, "stranger");

  const unaccepted = await HeldPolicy.create(world, SCHEDULE);
  await world.expectOk([unaccepted.open(TERMS)], "owner");
  await world.expectOk([unaccepted.fund(0, 4)], "owner");
  await measure(world, "close_escrow/refund", unaccepted.close(), "owner");
}

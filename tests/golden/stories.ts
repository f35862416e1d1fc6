/** The golden accounts made by the program's instructions alone: every field of every one at a value of its own. */
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { escrowAddress, HeldPolicy, policyAddress, Terms, World } from "../world";
import type { GoldenFile } from "./files";
import { counting } from "./held-values";

/** Covers everything that the golden policies may take. */
export const BALANCE = 9_000_000_000_000_000_000n;
const POLICY_ID = 1_001;
const AMOUNTS = [
  0x1112131415161718n,
  0x2122232425262728n,
  0x3132333435363738n,
  0x0142434445464748n,
];
const TIMESTAMPS = [-2n, 1_000_000_000n, 1_800_000_000n, 7_258_118_400n];

/** Where each golden account is; some are the same account at different times. */
export function goldenAddresses(world: World): Record<GoldenFile, PublicKey> {
  const policy = policyAddress(world.userPayment, POLICY_ID);
  return {
    "program-config": world.config,
    "payment-gateway": world.gateway,
    "payment-gateway-rewarding": world.gateway,
    "user-payment": world.userPayment,
    "payment-policy": policy,
    "payment-policy-held": policy,
    "payment-policy-closed": policyAddress(world.userPayment, POLICY_ID - 1),
    escrow: escrowAddress(policy),
  };
}

const memoOf = (text: string): Uint8Array => {
  const memo = new Uint8Array(64);
  memo.set(new TextEncoder().encode(text));
  return memo;
};

/** Config, gateway, UserPayment and a delegated policy. */
export async function tellTheStory(): Promise<World> {
  const world = await World.create({ balance: BALANCE, protocolFeeBps: 291 });
  const { chain } = world;

  await chain.setTime(1_777_777_777n);
  const gateway = {
    feeBps: 801,
    name: "Gateway Ünïversal",
    url: "https://gateway.example/ünï?q=1",
  };
  await world.expectOk([world.updateGateway(gateway)], "gatewayAuthority");

  await chain.setTime(1_788_888_888n);
  await world.createPolicy({ amounts: [1_000n], timestamps: [0n], releaseCondition: 0 });
  const policy = await world.createPolicy({
    amounts: AMOUNTS,
    timestamps: TIMESTAMPS,
    releaseCondition: 9,
    memo: memoOf("Projekt «abc» ✓ milestone 1"),
  });
  expect(policy.id).to.equal(POLICY_ID);

  await chain.setTime(1_799_999_999n);
  const executor = world.key("recipient");
  const execute = world.executePayment(policy.address, 0, { ...world.feeAccounts(), executor });
  await world.expectOk([execute], "recipient");

  await chain.setTime(1_811_111_111n);
  await world.expectOk([world.changeStatus(policy.address, "Paused")], "owner");
  const config = { protocolFeeBps: 321, isPaused: true, pendingAuthority: world.key("stranger") };
  await world.expectOk([world.updateConfig(config)], "upgradeAuthority");
  return world;
}

/** The same gateway, which has begun to pay executors. */
export async function tellTheRewardingStory(): Promise<World> {
  const world = await tellTheStory();
  await world.chain.setTime(1_800_000_123n);
  await world.expectOk([world.setKeeperReward(0x1234)], "gatewayAuthority");
  return world;
}

export const GOLDEN_TERMS: Terms = {
  reviewPeriodSecs: 0x01122334,
  disputeWindowSecs: 0x00112233,
  mediationDelaySecs: 0x00223344,
  mediationTimeoutSecs: 0x00334455,
  deliveryGraceSecs: 0x00445566,
  timeoutRecipientBps: 0x1234,
  platformFeeBps: 801,
};

/** A held policy amid its milestones, and one whose escrow was closed. */
export async function tellTheHeldStory(): Promise<{ world: World; held: HeldPolicy }> {
  const world = await World.create({ balance: BALANCE, protocolFeeBps: 291, gatewayFeeBps: 801 });
  const at = (time: bigint) => world.chain.setTime(time);

  await at(1_788_888_777n);
  const brief = { amounts: [1_000n, 2_000n], timestamps: [0n, 0n], releaseCondition: 0 };
  const closed = await HeldPolicy.create(world, brief);
  await world.expectOk(
    [world.executePayment(closed.policy.address, 0, world.feeAccounts())],
    "stranger",
  );
  await at(1_788_888_888n);
  const held = await HeldPolicy.create(world, {
    amounts: AMOUNTS,
    timestamps: TIMESTAMPS,
    releaseCondition: 9,
    memo: memoOf("Project «abc» ✓ held"),
  });
  expect(held.policy.id).to.equal(POLICY_ID);
  await at(1_789_999_000n);
  await world.expectOk([closed.open()], "owner");
  await at(1_789_999_222n);
  await world.expectOk([closed.close()], "owner");

  await at(1_790_000_001n);
  await world.expectOk([held.open(GOLDEN_TERMS)], "owner");
  await at(1_790_000_102n);
  await world.expectOk([held.accept()], "recipient");
  await at(1_790_000_203n);
  await world.expectOk([held.fund(0, 2)], "owner");
  await at(1_790_000_304n);
  await world.expectOk([held.submit(0, counting(0x11))], "recipient");
  await at(1_790_000_405n);
  await world.expectOk([held.dispute(0, counting(0x41))], "owner");
  await at(1_790_000_506n);
  await world.expectOk([held.requestMediation(0)], "owner");
  await at(1_790_000_607n);
  await world.expectOk([held.resolve(0, 0x0102030405060708n)], "mediator");
  await at(1_790_000_708n);
  await world.expectOk([held.submit(1, counting(0x71))], "recipient");
  await at(1_790_000_809n);
  await world.expectOk([held.dispute(1, counting(0xa1))], "owner");
  await at(1_790_001_011n);
  await world.expectOk([held.fund(2, 1)], "owner");
  return { world, held };
}

/** What the snippets must have done, and the SDK that they run with. */
import { BN, Wallet } from "@coral-xyz/anchor";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { decodeMemo, PaymentPolicy, Tributary } from "@milepost/sdk";
import { expect } from "chai";
import { expectRefused, Person, World } from "../world";

export const DOLLAR = 1_000_000n;

export const bigints = (values: readonly BN[]): bigint[] =>
  values.map((value) => BigInt(value.toString()));

export const sdkOf = (world: World, person: Person): Tributary =>
  new Tributary(world.chain.connection, new Wallet(world.people[person]));

/** Records the instructions that a snippet drops: `sdk` sends nothing, so the reader has to. */
export function recording(sdk: Tributary, returned: TransactionInstruction[][]): Tributary {
  return new Proxy(sdk, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        const instructions = await member.apply(target, args);
        returned.push(instructions);
        return instructions;
      };
    },
  });
}

export const fetchPolicy = (world: World, address: PublicKey): Promise<PaymentPolicy> =>
  sdkOf(world, "stranger").getPaymentPolicy(address);

/** Demands the policy's terms, and that exactly their sum is delegated while every token is still the owner's. */
export async function expectCreated(
  world: World,
  address: PublicKey,
  amounts: bigint[],
  dates: bigint[],
  releaseCondition: number,
  memo: string,
): Promise<void> {
  const policy = await fetchPolicy(world, address);
  const { milestone } = policy.policyType;
  const pad = (values: bigint[]): bigint[] => [0, 1, 2, 3].map((slot) => values[slot] ?? 0n);
  const sum = amounts.reduce((total, amount) => total + amount, 0n);
  expect(bigints(milestone.milestoneAmounts)).to.deep.equal(pad(amounts));
  expect(bigints(milestone.milestoneTimestamps)).to.deep.equal(pad(dates));
  expect(milestone.totalMilestones).to.equal(amounts.length);
  expect(milestone.currentMilestone).to.equal(0);
  expect(milestone.releaseCondition).to.equal(releaseCondition);
  expect(bigints([milestone.escrowAmount])).to.deep.equal([sum]);
  expect(policy.status).to.deep.equal({ active: {} });
  expect(policy.recipient.equals(world.key("recipient"))).to.equal(true);
  expect(policy.gateway.equals(world.gateway)).to.equal(true);
  expect(decodeMemo(policy.memo)).to.equal(memo);
  const { delegate, allowance } = await world.delegation();
  expect(delegate?.equals(world.userPayment)).to.equal(true);
  expect(allowance).to.equal(sum);
  expect(await world.balance("owner")).to.equal(1_000_000n * DOLLAR);
  expect(await world.balance("recipient")).to.equal(0n);
}

/**
 * Releases every milestone at its date by `executor`; a second before, and by `refused` at the date, nothing moves.
 */
export async function expectReleased(
  world: World,
  policy: PublicKey,
  amounts: bigint[],
  dates: bigint[],
  executor: Person,
  refused?: Person,
): Promise<void> {
  let paid = await world.balance("recipient");
  for (const [index, date] of dates.entries()) {
    const by = (person: Person): TransactionInstruction =>
      world.executePayment(policy, index, { executor: world.key(person) });
    await world.chain.setTime(date - 1n);
    await expectRefused(world, [by(executor)], [executor], "PaymentNotDue");
    await world.chain.setTime(date);
    if (refused) await expectRefused(world, [by(refused)], [refused], "InvalidSigner");
    await world.expectOk([by(executor)], executor);
    paid += amounts[index] ?? 0n;
    expect(await world.balance("recipient")).to.equal(paid);
  }
  expect((await fetchPolicy(world, policy)).status).to.deep.equal({ paused: {} });
  expect((await world.delegation()).allowance).to.equal(0n);
}

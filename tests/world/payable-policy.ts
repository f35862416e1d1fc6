/** Policies at their simplest, and what they need of and leave in token accounts. */
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { fixedKeypair } from "../harness";
import { START } from "./people";
import { type PolicyRef, toBigInt, type World } from "./world";

/** A delegate that is not this program's. */
export const FOREIGN = fixedKeypair("another program's delegate").publicKey;

/** A policy that anyone may release at once. */
export const payable = (world: World, amounts: bigint[]): Promise<PolicyRef> =>
  world.createPolicy({ amounts, timestamps: amounts.map(() => START), releaseCondition: 0 });

/** What all live policies of the owner may still pull. */
export const committed = async (world: World): Promise<bigint> =>
  toBigInt((await world.decode("UserPayment", world.userPayment))["committed"]);

/** Demands this delegate, or none, and this allowance on the owner's token account. */
export async function expectDelegation(
  world: World,
  delegate: PublicKey | null,
  allowance: bigint,
): Promise<void> {
  const now = await world.delegation();
  expect(now.delegate?.toBase58() ?? null).to.equal(delegate?.toBase58() ?? null);
  expect(now.allowance).to.equal(allowance);
}

export const sync = (world: World, replaceDelegate = false) =>
  world.expectOk([world.syncDelegation(replaceDelegate)], "owner");

/** What the three who are paid hold, in base units. */
export async function feeBalances(world: World) {
  return {
    recipient: await world.balance("recipient"),
    gateway: await world.balance("gatewayFees"),
    protocol: await world.balance("protocolFees"),
  };
}

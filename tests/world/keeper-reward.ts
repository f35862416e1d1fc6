/** Executions that claim the keeper's reward, and who gains what by them. */
import type { PublicKey } from "@solana/web3.js";
import { readTokenAccount } from "../harness";
import type { Accounts } from "./instructions";
import { feeBalances } from "./payable-policy";
import type { World } from "./world";

export const setReward = (world: World, bps: number) =>
  world.expectOk([world.setKeeperReward(bps)], "gatewayAuthority");

/** An execution that names the stranger's token account, unless `accounts` says otherwise, and both fee accounts. */
export const claim = (world: World, policy: PublicKey, index = 0, accounts: Accounts = {}) =>
  world.executePayment(policy, index, {
    ...world.feeAccounts(),
    keeper_token_account: world.tokens.stranger,
    ...accounts,
  });

export const balanceOf = async (world: World, account: PublicKey): Promise<bigint> =>
  (await readTokenAccount(world.chain, account)).amount;

/** What `action` brings to each who may be paid, in base units; the stranger's token account is the keeper's. */
export async function gains(world: World, action: () => Promise<unknown>) {
  const balances = async () => ({
    ...(await feeBalances(world)),
    keeper: await world.balance("stranger"),
  });
  const before = await balances();
  await action();
  const after = await balances();
  return {
    recipient: after.recipient - before.recipient,
    gateway: after.gateway - before.gateway,
    protocol: after.protocol - before.protocol,
    keeper: after.keeper - before.keeper,
  };
}

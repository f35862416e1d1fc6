/** What an allowed call leads to, and where its shares went. */
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { readTokenAccount, type Snapshot } from "../harness";
import { PROGRAM_ID } from "../world";
import { KEEPER_REWARD_BPS, type Stage } from "./stage";

export interface Outcome {
  stage: Stage;
  /** The accounts that were passed, by their IDL names. */
  used: Record<string, PublicKey>;
  before: Snapshot;
}

export type Proof = (outcome: Outcome) => Promise<void>;

export const given = ({ used }: Outcome, name: string): PublicKey => used[name] as PublicKey;

/** What `address` has gained. */
export async function gain({ stage, before }: Outcome, address: PublicKey): Promise<bigint> {
  const then = before.accounts.get(address.toBase58())?.account;
  const had = then ? then.data.readBigUInt64LE(64) : 0n;
  return (await readTokenAccount(stage.world.chain, address)).amount - had;
}

/** Each share is where the call named it; an account that was named for several has their sum. */
export async function expectShares(
  outcome: Outcome,
  shares: Record<string, bigint>,
): Promise<void> {
  const slots = Object.keys(shares).filter((name) => outcome.used[name]);
  for (const slot of slots) {
    const address = given(outcome, slot);
    const same = slots.filter((other) => given(outcome, other).equals(address));
    const sum = same.reduce((total, name) => total + (shares[name] as bigint), 0n);
    if (sum > 0n) expect(await gain(outcome, address), same.join(" and ")).to.equal(sum);
  }
}

/** What the keeper gets of the gateway's fee: nothing where no account claims it. */
export const rewardOf = ({ used }: Outcome, gatewayFee: bigint): bigint => {
  const account = used["keeper_token_account"];
  if (!account || account.equals(PROGRAM_ID)) return 0n;
  return (gatewayFee * BigInt(KEEPER_REWARD_BPS)) / 10_000n;
};

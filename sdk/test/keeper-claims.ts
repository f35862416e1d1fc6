/** Snapshots of releases in which a keeper claims the gateway's reward. */
import type { Execution } from "../src/actions/build-execution";
import type { ReleaseSnapshot } from "../src/release/snapshot";
import type { TokenAccountState } from "../src/tokens/account";
import { gatewayAccount, keypair, releaseSnapshot, stranger, tokenAccount } from "./fixtures";

export const treasury = keypair("treasury").publicKey;

/** A keeper's token account, of the fixtures' mint unless said otherwise. */
export function keeperState(overrides: Partial<TokenAccountState> = {}): TokenAccountState {
  const none = { delegate: null, delegatedAmount: 0n, amount: 0n };
  return tokenAccount({ address: treasury, owner: stranger.publicKey, ...none, ...overrides });
}

/** What `base` becomes where the gateway pays `bps` and `treasury` claims it. */
export function rewarded(
  bps: number,
  base = releaseSnapshot(),
  state: TokenAccountState | null = keeperState(),
  address = treasury,
): ReleaseSnapshot {
  return {
    ...base,
    gateway: gatewayAccount({ keeperRewardBps: bps }),
    keeperAccount: { address, state },
  };
}

export const key = (execution: Execution, index: number) =>
  execution.instruction.keys[index]?.pubkey.toBase58();

/** Builds the store's rows with valid defaults. */
import { Keypair } from "@solana/web3.js";
import type { AttemptMember } from "../../src/store/attempts";
import type { Outcome } from "../../src/store/outcomes";
import type { PolicyPlan } from "../../src/store/policy-plan";
import type { Underfunded } from "../../src/store/alerts";

/** Chain time of the tests. */
export const NOW = 1_800_000_000n;

/** Returns an address that is the same in every run. */
export function addressOf(name: string): string {
  return Keypair.fromSeed(Buffer.alloc(32, name)).publicKey.toBase58();
}

/** Builds a plan that is due now, seen in slot 100. */
export function plan(name: string, overrides: Partial<PolicyPlan> = {}): PolicyPlan {
  return {
    address: addressOf(name),
    milestoneIndex: 0,
    state: "scheduled",
    action: "executePayment",
    dueAt: NOW,
    reason: "",
    seenSlot: 100,
    ...overrides,
  };
}

export function member(name: string, overrides: Partial<AttemptMember> = {}): AttemptMember {
  return {
    policy: addressOf(name),
    milestoneIndex: 0,
    action: "executePayment",
    dueAt: NOW,
    ...overrides,
  };
}

export function outcome(name: string, overrides: Partial<Outcome> = {}): Outcome {
  return {
    policy: addressOf(name),
    milestoneIndex: 0,
    signature: "signature",
    slot: 110,
    dueAt: NOW,
    executedAt: NOW + 2n,
    mint: addressOf("mint"),
    feeLamports: 5_000n,
    rentLamports: 0n,
    reward: null,
    ...overrides,
  };
}

/** Builds a finding that is due in an hour, and 5 short. */
export function underfunded(name: string, overrides: Partial<Underfunded> = {}): Underfunded {
  return {
    policy: addressOf(name),
    milestoneIndex: 0,
    owner: addressOf(`owner of ${name}`),
    mint: addressOf("mint"),
    dueAt: NOW + 3_600n,
    reason: "InsufficientFunds",
    shortfall: 5n,
    ...overrides,
  };
}

/** Snapshots of a held policy whose one milestone is in a given state, and the docs' table of its ways. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { FUNDING_KIND_HELD } from "../src/constants";
import type { EscrowAction } from "../src/rules/transitions";
import type { ReleaseSnapshot } from "../src/release/snapshot";
import type {
  Escrow,
  EscrowMilestone,
  Milestone,
  MilestoneState,
  MilestoneStateName,
} from "../src/types";
import {
  escrow,
  escrowPda,
  gatewaySigner,
  mediator,
  owner,
  policy,
  recipient,
  releaseSnapshot,
  stranger,
  tokenAccount,
  vault,
} from "./fixtures";

export const STATES: readonly MilestoneStateName[] = [
  "unfunded",
  "funded",
  "submitted",
  "disputed",
  "mediation",
  "released",
  "resolved",
  "refunded",
];

export const PARTIES: Readonly<Record<string, PublicKey>> = {
  owner: owner.publicKey,
  recipient: recipient.publicKey,
  mediator: mediator.publicKey,
  gateway: gatewaySigner.publicKey,
  stranger: stranger.publicKey,
};

/** Seconds that differ from each other by more than one, so that every deadline has its own neighbours. */
export const TERMS = {
  reviewPeriodSecs: 70,
  disputeWindowSecs: 50,
  mediationDelaySecs: 30,
  mediationTimeoutSecs: 140,
  deliveryGraceSecs: 20,
  timeoutRecipientBps: 6_000,
  platformFeeBps: 250,
};
export const ACCEPTED = 1_000;
export const READY = 1_100;
export const SUBMITTED = 2_000;
export const DISPUTED = 2_010;
export const MEDIATION = DISPUTED + TERMS.mediationDelaySecs;

export interface HeldOptions {
  milestone?: Partial<Milestone>;
  escrow?: Partial<Escrow>;
  current?: Partial<EscrowMilestone>;
  snapshot?: Partial<ReleaseSnapshot>;
}

/** One milestone of 10,000 in `state`, approved by the owner (condition 4), undated, 1% and 0.5% of fees, 2.5% on top. */
export function heldSnapshot(
  state: MilestoneStateName,
  options: HeldOptions = {},
): ReleaseSnapshot {
  const isSubmitted = !["unfunded", "funded"].includes(state);
  const isDisputed = ["disputed", "mediation"].includes(state);
  const isHeld = ["funded", "submitted", "disputed", "mediation"].includes(state);
  const isFinal = isSubmitted && !isHeld;
  const account = escrow(
    [
      {
        state: { [state]: {} } as MilestoneState,
        funded: new BN(state === "unfunded" ? 0 : 10_250),
        paid: new BN(isFinal ? 10_250 : 0),
        submittedAt: new BN(isSubmitted ? SUBMITTED : 0),
        disputedAt: new BN(isDisputed ? DISPUTED : 0),
        ...options.current,
      },
    ],
    {
      ...TERMS,
      acceptedAt: new BN(ACCEPTED),
      readyAt: new BN(state === "unfunded" ? 0 : READY),
      mediationAt: new BN(isDisputed ? MEDIATION : 0),
      ...options.escrow,
    },
  );
  return releaseSnapshot({
    policy: policy(
      {
        milestoneAmounts: [10_000, 0, 0, 0].map((amount) => new BN(amount)),
        milestoneTimestamps: [0, 0, 0, 0].map((date) => new BN(date)),
        totalMilestones: 1,
        currentMilestone: isFinal ? 1 : 0,
        releaseCondition: 4,
        ...options.milestone,
      },
      { fundingKind: FUNDING_KIND_HELD, ...(isFinal ? { status: { paused: {} } } : {}) },
    ),
    escrow: { address: escrowPda, account },
    source: vaultAccount(isHeld ? 10_250n : 0n),
    now: new BN(MEDIATION),
    ...options.snapshot,
  });
}

export function vaultAccount(amount: bigint, isFrozen = false) {
  return tokenAccount({
    address: vault,
    tokenProgram: TOKEN_PROGRAM_ID,
    owner: escrowPda,
    amount,
    delegate: null,
    delegatedAmount: 0n,
    isFrozen,
  });
}

/** A row of the table in `docs/escrow.md`; `by` is null where time alone does it. */
export interface DocumentedWay {
  from: MilestoneStateName;
  by: EscrowAction | null;
  to: MilestoneStateName;
  who: string;
  when: string;
}

export const DOCUMENTED_WAYS: readonly DocumentedWay[] = readTable();

function readTable(): DocumentedWay[] {
  const page = readFileSync(join(__dirname, "..", "..", "docs", "escrow.md"), "utf8");
  return page.split("\n").flatMap((line) => {
    const [, from, by, to, who, when] = line.split("|").map((cell) => cell.trim());
    if (!STATES.includes(from as MilestoneStateName)) return [];
    return [{ from, by: actionOf(by!), to, who, when } as DocumentedWay];
  });
}

/** `reclaim_milestone (agreed)` is `reclaimMilestoneAgreed`, `(time)` is null. */
function actionOf(by: string): EscrowAction | null {
  if (by === "(time)") return null;
  const camel = by
    .replace(" (agreed)", "_agreed")
    .replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  return camel as EscrowAction;
}

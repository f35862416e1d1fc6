/** Builds the instructions of an action with the SDK. Nothing is sent here. */
import {
  acceptEscrow,
  approveMilestone,
  changePaymentPolicyStatus,
  closeEscrow,
  deletePaymentPolicy,
  disputeMilestone,
  executePayment,
  expireMediation,
  fundMilestones,
  type MilestoneContext,
  type MilestonesToFund,
  moveToEscrow,
  type NextAction,
  reclaimMilestone,
  type ReleaseSnapshot,
  requestMediation,
  resolveDispute,
  submitMilestone,
  syncDelegation,
  TERM_FIELDS,
  withdrawDispute,
} from "@milepost/sdk";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { type Buildable, isBuildable } from "./can-build";

/** What a person entered for an action. */
export interface ActionInput {
  /** SHA-256 of a delivery or of a reason, 32 bytes. */
  hash?: Uint8Array;
  /** Milestones to fund. */
  milestones?: MilestonesToFund;
  /** Recipient's share in base units, before fees. */
  recipientAmount?: bigint;
  mediator?: PublicKey;
}

interface Given {
  context: MilestoneContext;
  snapshot: ReleaseSnapshot;
  action: NextAction;
  input: ActionInput;
}

type Build = (given: Given) => Promise<TransactionInstruction[]>;

/** The milestone that the person saw: if it has ended meanwhile, the SDK refuses instead of taking the next. */
const milestoneOf = ({ snapshot, action }: Given) => ({
  policyPda: snapshot.policyAddress,
  milestoneIndex: action.milestoneIndex ?? undefined,
});

const policyOf = ({ snapshot: { policy, userPayment } }: Given) => ({
  tokenMint: userPayment.mint,
  policyId: policy.policyId,
});

const BUILD: Readonly<Record<Buildable, Build>> = {
  acceptEscrow: (given) => {
    // The terms that were shown, not those that the chain may have by then.
    const { account } = given.snapshot.escrow!;
    const terms = Object.fromEntries(TERM_FIELDS.map((field) => [field, account[field]]));
    const { mediator } = account;
    return acceptEscrow(given.context, {
      policyPda: given.snapshot.policyAddress,
      mediator,
      terms,
    });
  },
  approveMilestone: (given) => {
    const index = given.snapshot.policy.policyType.milestone.currentMilestone;
    const { evidenceHash } = given.snapshot.escrow!.account.milestones[index]!;
    return approveMilestone(given.context, { ...milestoneOf(given), evidenceHash });
  },
  changePaymentPolicyStatus: (given) =>
    changePaymentPolicyStatus(given.context, {
      ...policyOf(given),
      status: given.action.status === "active" ? { active: {} } : { paused: {} },
    }),
  closeEscrow: ({ context, snapshot }) =>
    closeEscrow(context, { policyPda: snapshot.policyAddress }),
  deletePaymentPolicy: (given) => deletePaymentPolicy(given.context, policyOf(given)),
  disputeMilestone: (given) =>
    disputeMilestone(given.context, { ...milestoneOf(given), reasonHash: given.input.hash! }),
  executePayment: (given) => executePayment(given.context, milestoneOf(given)),
  expireMediation: (given) => expireMediation(given.context, milestoneOf(given)),
  fundMilestones: ({ context, snapshot, action, input }) =>
    fundMilestones(context, {
      policyPda: snapshot.policyAddress,
      firstMilestone: action.milestoneIndex ?? undefined,
      milestones: input.milestones ?? "next",
    }),
  openEscrow: ({ context, snapshot, input }) =>
    moveToEscrow(context, {
      policyPda: snapshot.policyAddress,
      mediator: input.mediator!,
      milestones: input.milestones ?? "all",
    }),
  reclaimMilestone: (given) => reclaimMilestone(given.context, milestoneOf(given)),
  requestMediation: (given) => requestMediation(given.context, milestoneOf(given)),
  resolveDispute: (given) =>
    resolveDispute(given.context, {
      ...milestoneOf(given),
      recipientAmount: given.input.recipientAmount!,
    }),
  submitMilestone: (given) =>
    submitMilestone(given.context, { ...milestoneOf(given), evidenceHash: given.input.hash! }),
  syncDelegation: ({ context, snapshot, action }) =>
    syncDelegation(context, {
      mint: snapshot.userPayment.mint,
      replaceDelegate: action.replaceDelegate ?? false,
    }),
  withdrawDispute: (given) => withdrawDispute(given.context, milestoneOf(given)),
};

/** Builds the instructions of an action. Throws the SDK's errors. */
export function buildAction(given: Given): Promise<TransactionInstruction[]> {
  const { instruction } = given.action;
  if (!isBuildable(instruction)) throw new Error(`this page has no action ${instruction}`);
  return BUILD[instruction](given);
}

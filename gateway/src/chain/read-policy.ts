/** Reads a policy with its escrow at one slot, and turns it into plain values. */
import {
  decodeAccount,
  deliveryOverdueAt,
  disputeClosesAt,
  type Escrow,
  type EscrowTerms,
  FUNDING_KIND_CLOSED,
  FUNDING_KIND_HELD,
  getEscrowPda,
  getUserPayment,
  mediationExpiresAt,
  type MilestoneStateName,
  milestoneStateAt,
  type PaymentPolicy,
  silentApprovalAt,
  TERM_FIELDS,
} from "@milepost/sdk";
import BN from "bn.js";
import { type AccountInfo, type PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { type Address, toAddress } from "./address";
import type { ChainRuntime } from "./chain-runtime";
import { fromMemoBytes } from "./memo";
import { moneyOf, toBigint } from "./policy-money";
import type { EscrowState, PolicyMilestone, PolicyState } from "./policy-state";
import { callRpc } from "./rpc";
import { contextOf } from "./sdk-context";

/** Options of `readPolicy`. */
export interface ReadPolicyOptions {
  /** Slot that the answering node must have reached, such as that of a receipt. */
  minContextSlot?: number;
}

/**
 * Returns the policy's state, or null when the account does not exist: never created, or deleted after its end.
 * Throws `GatewayError` (`chain_unavailable`), and the SDK's `RpcError` and `AccountKindError`.
 * @example
 * const state = await readPolicy(context.chains.test!, intent.policy);
 * state?.milestones[0].state; // "funded"
 */
export async function readPolicy(
  chain: ChainRuntime,
  policy: Address,
  { minContextSlot }: ReadPolicyOptions = {},
): Promise<PolicyState | null> {
  const address = toAddress(policy, "policy");
  const [escrowAddress] = getEscrowPda(address, chain.programId);
  const answer = await callRpc("getMultipleAccounts", () =>
    chain.connection.getMultipleAccountsInfoAndContext(
      [address, escrowAddress, SYSVAR_CLOCK_PUBKEY],
      { minContextSlot },
    ),
  );
  const [policyInfo, escrowInfo, clock] = answer.value;
  if (!policyInfo?.owner.equals(chain.programId)) return null;
  const account = decodeAccount("paymentPolicy", address, policyInfo, chain.programId);
  const isHeld = account.fundingKind === FUNDING_KIND_HELD && escrowInfo;
  const escrow = isHeld
    ? decodeAccount("escrow", escrowAddress, escrowInfo, chain.programId)
    : null;
  return stateOf({
    address,
    account,
    escrow: escrow && { address: escrowAddress, account: escrow },
    parties: await partiesOf(chain, account.userPayment),
    time: clockTime(clock),
    slot: answer.context.slot,
  });
}

/** Returns Unix seconds from the Clock sysvar. */
export function clockTime(info: AccountInfo<Buffer> | null | undefined): bigint {
  if (!info) throw new Error("the chain has no Clock sysvar");
  return info.data.readBigInt64LE(32);
}

interface Parties {
  owner: string;
  mint: string;
}

/** Most `UserPayment`s that are remembered per chain. */
const MAX_REMEMBERED = 10_000;
const remembered = new WeakMap<ChainRuntime["connection"], Map<string, Parties>>();

/** Returns owner and mint of a `UserPayment`, from which its address is derived: they never change. */
async function partiesOf(chain: ChainRuntime, userPayment: PublicKey): Promise<Parties> {
  const known = remembered.get(chain.connection) ?? new Map<string, Parties>();
  remembered.set(chain.connection, known);
  const key = userPayment.toBase58();
  const found = known.get(key);
  if (found) return found;
  const { owner, mint } = await getUserPayment(contextOf(chain), userPayment);
  const parties = { owner: owner.toBase58(), mint: mint.toBase58() };
  if (known.size >= MAX_REMEMBERED) known.clear();
  known.set(key, parties);
  return parties;
}

interface Read {
  address: PublicKey;
  account: PaymentPolicy;
  escrow: { address: PublicKey; account: Escrow } | null;
  parties: Parties;
  time: bigint;
  slot: number;
}

/** Turns what was read into plain values. */
function stateOf({ address, account, escrow, parties, time, slot }: Read): PolicyState {
  const { milestone } = account.policyType;
  const milestones = Array.from({ length: milestone.totalMilestones }, (_, index) =>
    escrow ? heldMilestone(account, escrow.account, index, time) : bareMilestone(account, index),
  );
  const amount = milestones.reduce((all, each) => all + each.amount, 0n);
  return {
    address: address.toBase58(),
    policyId: account.policyId,
    ...parties,
    recipient: account.recipient.toBase58(),
    gateway: account.gateway.toBase58(),
    memo: fromMemoBytes(account.memo),
    funding: fundingOf(account),
    isPaused: "paused" in account.status,
    releaseCondition: milestone.releaseCondition,
    currentMilestone: milestone.currentMilestone,
    milestones,
    amount,
    ...moneyOf(account, escrow?.account ?? null),
    gatewayFeeBps: account.gatewayFeeBps,
    protocolFeeBps: account.protocolFeeBps,
    createdAt: toBigint(account.createdAt),
    updatedAt: toBigint(account.updatedAt),
    escrow: escrow && escrowState(escrow.address, escrow.account),
    time,
    slot,
  };
}

function fundingOf({ fundingKind }: PaymentPolicy): PolicyState["funding"] {
  if (fundingKind === FUNDING_KIND_HELD) return "held";
  return fundingKind === FUNDING_KIND_CLOSED ? "closed" : "delegated";
}

/** A milestone of a policy without an escrow: the index of the current one says what was released. */
function bareMilestone({ policyType, fundingKind }: PaymentPolicy, index: number): PolicyMilestone {
  const { milestone } = policyType;
  const amount = toBigint(milestone.milestoneAmounts[index]!);
  const isReleased = index < milestone.currentMilestone && fundingKind !== FUNDING_KIND_CLOSED;
  return {
    index,
    amount,
    timestamp: toBigint(milestone.milestoneTimestamps[index]!),
    state: isReleased ? "released" : "unfunded",
    funded: 0n,
    paid: isReleased ? amount : 0n,
    refunded: 0n,
    submittedAt: null,
    disputedAt: null,
    evidenceHash: null,
    reasonHash: null,
    disputeClosesAt: null,
    silentApprovalAt: null,
    reclaimableAt: null,
  };
}

function heldMilestone(
  { policyType }: PaymentPolicy,
  escrow: Escrow,
  index: number,
  time: bigint,
): PolicyMilestone {
  const { milestone } = policyType;
  const held = escrow.milestones[index]!;
  const state: MilestoneStateName = milestoneStateAt(escrow, index, new BN(time.toString()));
  const isSubmitted = state === "submitted";
  const isCurrent = index === milestone.currentMilestone && !escrow.readyAt.isZero();
  return {
    index,
    amount: toBigint(milestone.milestoneAmounts[index]!),
    timestamp: toBigint(milestone.milestoneTimestamps[index]!),
    state,
    funded: toBigint(held.funded),
    paid: toBigint(held.paid),
    refunded: toBigint(held.refunded),
    submittedAt: timeOrNull(held.submittedAt),
    disputedAt: timeOrNull(held.disputedAt),
    evidenceHash: hashOrNull(held.evidenceHash),
    reasonHash: hashOrNull(held.reasonHash),
    disputeClosesAt: isSubmitted ? toBigint(disputeClosesAt(escrow, index)) : null,
    silentApprovalAt: isSubmitted ? toBigint(silentApprovalAt(milestone, escrow, index)) : null,
    reclaimableAt:
      state === "funded" && isCurrent
        ? toBigint(deliveryOverdueAt(milestone, escrow, index))
        : null,
  };
}

function escrowState(address: PublicKey, escrow: Escrow): EscrowState {
  const terms = Object.fromEntries(
    TERM_FIELDS.map((field) => [field, escrow[field]]),
  ) as unknown as EscrowTerms;
  return {
    address: address.toBase58(),
    vault: escrow.vault.toBase58(),
    mediator: escrow.mediator.toBase58(),
    terms,
    acceptedAt: timeOrNull(escrow.acceptedAt),
    readyAt: timeOrNull(escrow.readyAt),
    mediationAt: timeOrNull(escrow.mediationAt),
    mediationExpiresAt: escrow.mediationAt.isZero() ? null : toBigint(mediationExpiresAt(escrow)),
  };
}

const timeOrNull = (time: BN): bigint | null => (time.isZero() ? null : toBigint(time));
const hashOrNull = (hash: readonly number[]): string | null =>
  hash.every((byte) => byte === 0) ? null : Buffer.from(hash).toString("hex");

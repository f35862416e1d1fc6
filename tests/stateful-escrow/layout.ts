/** The bytes of an `Escrow` and of a policy with its funding kind, by the offsets of `docs/accounts.md` and nothing else. */
import { blankAccount, encodePolicy, putAddress } from "../stateful/layout";
import { type EscrowState, type FundingKind, type LivePolicy, MILESTONE_STATES } from "./state";

export const ESCROW_SIZE = 640;
export const VAULT_SIZE = 165;
export const FIRST_MILESTONE = 201;
export const MILESTONE_SIZE = 105;

const FUNDING_KINDS: FundingKind[] = ["delegated", "held", "closed"];
export const FUNDING_KIND_OFFSET = 363;

export function encodeHeldPolicy({ state, kind }: LivePolicy): Buffer {
  const bytes = encodePolicy(state);
  bytes.writeUInt8(FUNDING_KINDS.indexOf(kind), FUNDING_KIND_OFFSET);
  return bytes;
}

export const blankEscrow = (): Buffer => blankAccount("Escrow", ESCROW_SIZE);

export function encodeEscrow(state: EscrowState): Buffer {
  const bytes = blankEscrow();
  const { terms } = state;
  putAddress(bytes, 8, state.policy);
  putAddress(bytes, 40, state.mediator);
  putAddress(bytes, 72, state.vault);
  putAddress(bytes, 104, state.rentPayer);
  bytes.writeUInt32LE(terms.reviewPeriodSecs, 136);
  bytes.writeUInt32LE(terms.disputeWindowSecs, 140);
  bytes.writeUInt32LE(terms.mediationDelaySecs, 144);
  bytes.writeUInt32LE(terms.mediationTimeoutSecs, 148);
  bytes.writeUInt32LE(terms.deliveryGraceSecs, 152);
  bytes.writeUInt16LE(terms.timeoutRecipientBps, 156);
  bytes.writeUInt16LE(terms.platformFeeBps, 158);
  bytes.writeBigInt64LE(state.acceptedAt, 160);
  bytes.writeBigInt64LE(state.readyAt, 168);
  bytes.writeBigInt64LE(state.mediationAt, 176);
  bytes.writeBigInt64LE(state.createdAt, 184);
  bytes.writeBigInt64LE(state.updatedAt, 192);
  bytes.writeUInt8(state.bump, 200);
  state.milestones.forEach((milestone, i) => {
    const at = FIRST_MILESTONE + MILESTONE_SIZE * i;
    bytes.writeUInt8(MILESTONE_STATES.indexOf(milestone.state), at);
    bytes.writeBigUInt64LE(milestone.funded, at + 1);
    bytes.writeBigUInt64LE(milestone.paid, at + 9);
    bytes.writeBigUInt64LE(milestone.refunded, at + 17);
    bytes.writeBigInt64LE(milestone.submittedAt, at + 25);
    bytes.writeBigInt64LE(milestone.disputedAt, at + 33);
    bytes.fill(milestone.evidence, at + 41, at + 73);
    bytes.fill(milestone.reason, at + 73, at + 105);
  });
  return bytes;
}

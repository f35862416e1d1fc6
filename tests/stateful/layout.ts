/**
 * The accounts' bytes, written by the offsets of `docs/accounts.md` and by nothing else: no SDK, no Anchor, so that
 * neither can hide a change of layout.
 */
import { createHash } from "node:crypto";
import { Address, key } from "./cast";

export interface ConfigState {
  authority: Address;
  pendingAuthority: Address;
  feeRecipient: Address;
  protocolFeeBps: number;
  isPaused: boolean;
  bump: number;
}

export interface GatewayState {
  authority: Address;
  signer: Address;
  feeRecipient: Address;
  feeBps: number;
  name: Uint8Array;
  url: Uint8Array;
  openPolicies: number;
  bump: number;
  rentPayer: Address;
  createdAt: bigint;
  updatedAt: bigint;
  keeperRewardBps: number;
}

export interface UserPaymentState {
  owner: Address;
  mint: Address;
  tokenAccount: Address;
  committed: bigint;
  openPolicies: number;
  nextPolicyId: number;
  bump: number;
  rentPayer: Address;
  createdAt: bigint;
  updatedAt: bigint;
}

export interface PolicyState {
  userPayment: Address;
  recipient: Address;
  gateway: Address;
  /** Four slots each, the unused ones zero. */
  amounts: bigint[];
  timestamps: bigint[];
  currentMilestone: number;
  releaseCondition: number;
  totalMilestones: number;
  escrowAmount: bigint;
  isPaused: boolean;
  memo: Uint8Array;
  totalPaid: bigint;
  policyId: number;
  createdAt: bigint;
  updatedAt: bigint;
  protocolFeeBps: number;
  gatewayFeeBps: number;
  bump: number;
  rentPayer: Address;
}

export const CONFIG_SIZE = 140;
export const GATEWAY_SIZE = 287;
export const USER_PAYMENT_SIZE = 205;
export const POLICY_SIZE = 384;

/** Ranges of a policy's bytes that may change after its creation; everything else is a term of the agreement. */
export const MUTABLE_POLICY_RANGES: [from: number, to: number][] = [
  [169, 170], // current_milestone, 64 into the body
  [233, 234], // status
  [298, 306], // total_paid
  [318, 326], // updated_at
];

/** An account of the type with nothing but its discriminator. */
export function blankAccount(type: string, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  createHash("sha256").update(`account:${type}`).digest().copy(bytes, 0, 0, 8);
  return bytes;
}

export const putAddress = (bytes: Buffer, offset: number, address: Address): void =>
  bytes.set(key(address).toBytes(), offset);

export function encodeConfig(state: ConfigState): Buffer {
  const bytes = blankAccount("ProgramConfig", CONFIG_SIZE);
  putAddress(bytes, 8, state.authority);
  putAddress(bytes, 40, state.pendingAuthority);
  putAddress(bytes, 72, state.feeRecipient);
  bytes.writeUInt16LE(state.protocolFeeBps, 104);
  bytes.writeUInt8(state.isPaused ? 1 : 0, 106);
  bytes.writeUInt8(state.bump, 107);
  return bytes;
}

export function encodeGateway(state: GatewayState): Buffer {
  const bytes = blankAccount("PaymentGateway", GATEWAY_SIZE);
  putAddress(bytes, 8, state.authority);
  putAddress(bytes, 40, state.signer);
  putAddress(bytes, 72, state.feeRecipient);
  bytes.writeUInt16LE(state.feeBps, 104);
  bytes.set(state.name, 106);
  bytes.set(state.url, 138);
  bytes.writeUInt32LE(state.openPolicies, 202);
  bytes.writeUInt8(state.bump, 206);
  putAddress(bytes, 207, state.rentPayer);
  bytes.writeBigInt64LE(state.createdAt, 239);
  bytes.writeBigInt64LE(state.updatedAt, 247);
  bytes.writeUInt16LE(state.keeperRewardBps, 255);
  return bytes;
}

export function encodeUserPayment(state: UserPaymentState): Buffer {
  const bytes = blankAccount("UserPayment", USER_PAYMENT_SIZE);
  putAddress(bytes, 8, state.owner);
  putAddress(bytes, 40, state.mint);
  putAddress(bytes, 72, state.tokenAccount);
  bytes.writeBigUInt64LE(state.committed, 104);
  bytes.writeUInt32LE(state.openPolicies, 112);
  bytes.writeUInt32LE(state.nextPolicyId, 116);
  bytes.writeUInt8(state.bump, 120);
  putAddress(bytes, 121, state.rentPayer);
  bytes.writeBigInt64LE(state.createdAt, 153);
  bytes.writeBigInt64LE(state.updatedAt, 161);
  return bytes;
}

export function encodePolicy(state: PolicyState): Buffer {
  const bytes = blankAccount("PaymentPolicy", POLICY_SIZE);
  putAddress(bytes, 8, state.userPayment);
  putAddress(bytes, 40, state.recipient);
  putAddress(bytes, 72, state.gateway);
  bytes.writeUInt8(1, 104); // PolicyType::Milestone
  state.amounts.forEach((amount, i) => bytes.writeBigUInt64LE(amount, 105 + 8 * i));
  state.timestamps.forEach((timestamp, i) => bytes.writeBigInt64LE(timestamp, 137 + 8 * i));
  bytes.writeUInt8(state.currentMilestone, 169);
  bytes.writeUInt8(state.releaseCondition, 170);
  bytes.writeUInt8(state.totalMilestones, 171);
  bytes.writeBigUInt64LE(state.escrowAmount, 172);
  bytes.writeUInt8(state.isPaused ? 1 : 0, 233);
  bytes.set(state.memo, 234);
  bytes.writeBigUInt64LE(state.totalPaid, 298);
  bytes.writeUInt32LE(state.policyId, 306);
  bytes.writeBigInt64LE(state.createdAt, 310);
  bytes.writeBigInt64LE(state.updatedAt, 318);
  bytes.writeUInt16LE(state.protocolFeeBps, 326);
  bytes.writeUInt16LE(state.gatewayFeeBps, 328);
  bytes.writeUInt8(state.bump, 330);
  putAddress(bytes, 331, state.rentPayer);
  bytes.writeUInt8(0, 363); // delegated
  return bytes;
}

import type { PublicKey } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { AccountNotFoundError } from "../errors/accounts";
import { toAddress } from "../input/address";
import { getConfigPda, getEscrowPda } from "../pdas";
import type { Escrow, PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment } from "../types";
import { type AccountKind, type AccountKinds, decodeAccount, kindName } from "./decode";
import { fetchAccountInfo, readContext, type ReadOptions } from "./read-accounts";

/** Returns one account of the program. Throws `AccountNotFoundError`, `AccountKindError`, `RpcError`. */
export async function fetchAccount<K extends AccountKind>(
  context: MilestoneContext,
  kind: K,
  address: PublicKey,
  { hint, ...options }: ReadOptions & { hint?: string } = {},
): Promise<AccountKinds[K]> {
  const info = await fetchAccountInfo(readContext(context, options), address);
  if (!info) throw new AccountNotFoundError(kindName(kind), address, hint);
  return decodeAccount(kind, address, info, context.programId);
}

/**
 * Returns a policy. A read right after `send` on the same connection sees what it sent, also from a pool of nodes; with
 * `minContextSlot` it sees what another process sent.
 * Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`, `RpcError`.
 * @example
 * const policy = await getPaymentPolicy(context, policyPda);
 * policy.policyType.milestone.currentMilestone; // 0
 */
export function getPaymentPolicy(
  context: MilestoneContext,
  policyPda: PublicKey,
  options: ReadOptions = {},
): Promise<PaymentPolicy> {
  return fetchAccount(context, "paymentPolicy", toAddress(policyPda, "policyPda"), options);
}

/**
 * Returns the program-wide settings. Throws `AccountNotFoundError` before `initializeConfig`.
 * @example
 * const { protocolFeeBps } = await getProgramConfig(context);
 */
export function getProgramConfig(
  context: MilestoneContext,
  options: ReadOptions = {},
): Promise<ProgramConfig> {
  const [address] = getConfigPda(context.programId);
  const hint = "the program's upgrade authority runs initializeConfig once";
  return fetchAccount(context, "programConfig", address, { ...options, hint });
}

/**
 * Returns a gateway. Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { signer } = await getPaymentGateway(context, gatewayPda);
 */
export function getPaymentGateway(
  context: MilestoneContext,
  gatewayPda: PublicKey,
  options: ReadOptions = {},
): Promise<PaymentGateway> {
  return fetchAccount(context, "paymentGateway", toAddress(gatewayPda, "gatewayPda"), options);
}

/**
 * Returns an owner's `UserPayment` on one mint. Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { committed } = await getUserPayment(context, getUserPaymentPda(owner, mint)[0]);
 */
export function getUserPayment(
  context: MilestoneContext,
  userPaymentPda: PublicKey,
  options: ReadOptions = {},
): Promise<UserPayment> {
  return fetchAccount(context, "userPayment", toAddress(userPaymentPda, "userPaymentPda"), options);
}

/**
 * Returns the escrow of a held policy. Throws `AccountNotFoundError` when the policy is delegated or its escrow was closed,
 * `AccountKindError`, `InvalidInputError`.
 * @example
 * const escrow = await getEscrow(context, policyPda);
 * milestoneStateName(escrow.milestones[0].state); // "funded"
 */
export function getEscrow(
  context: MilestoneContext,
  policyPda: PublicKey,
  options: ReadOptions = {},
): Promise<Escrow> {
  const [address] = getEscrowPda(toAddress(policyPda, "policyPda"), context.programId);
  const hint = "the policy is delegated, or its escrow was closed: see its fundingKind";
  return fetchAccount(context, "escrow", address, { ...options, hint });
}

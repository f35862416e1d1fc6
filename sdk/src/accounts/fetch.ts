import type { AccountInfo, PublicKey } from "@solana/web3.js";
import type { Buffer } from "buffer";
import type { MilestoneContext } from "../context";
import { AccountNotFoundError } from "../errors/accounts";
import { toAddress } from "../input/address";
import { getConfigPda, getEscrowPda } from "../pdas";
import type { Escrow, PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment } from "../types";
import { type AccountKind, type AccountKinds, decodeAccount, kindName } from "./decode";

/** Most addresses one `getMultipleAccounts` call takes. */
const MAX_ADDRESSES = 100;

/** Accounts in the order of their addresses, null where there is none. */
export async function fetchAccountInfos(
  context: MilestoneContext,
  addresses: readonly PublicKey[],
): Promise<(AccountInfo<Buffer> | null)[]> {
  const chunks: PublicKey[][] = [];
  for (let start = 0; start < addresses.length; start += MAX_ADDRESSES) {
    chunks.push(addresses.slice(start, start + MAX_ADDRESSES));
  }
  const found = await Promise.all(
    chunks.map((chunk) => context.connection.getMultipleAccountsInfo(chunk, context.commitment)),
  );
  return found.flat() as (AccountInfo<Buffer> | null)[];
}

/** One account of the program. Throws `AccountNotFoundError`, `AccountKindError`. */
export async function fetchAccount<K extends AccountKind>(
  context: MilestoneContext,
  kind: K,
  address: PublicKey,
  hint?: string,
): Promise<AccountKinds[K]> {
  const info = await context.connection.getAccountInfo(address, context.commitment);
  if (!info) throw new AccountNotFoundError(kindName(kind), address, hint);
  return decodeAccount(kind, address, info as AccountInfo<Buffer>, context.programId);
}

/**
 * A policy. Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const policy = await getPaymentPolicy(context, policyPda);
 * policy.policyType.milestone.currentMilestone; // 0
 */
export function getPaymentPolicy(
  context: MilestoneContext,
  policyPda: PublicKey,
): Promise<PaymentPolicy> {
  return fetchAccount(context, "paymentPolicy", toAddress(policyPda, "policyPda"));
}

/**
 * The program-wide settings. Throws `AccountNotFoundError` before `initializeConfig`.
 * @example
 * const { protocolFeeBps } = await getProgramConfig(context);
 */
export function getProgramConfig(context: MilestoneContext): Promise<ProgramConfig> {
  const [address] = getConfigPda(context.programId);
  return fetchAccount(
    context,
    "programConfig",
    address,
    "the program's upgrade authority runs initializeConfig once",
  );
}

/**
 * A gateway. Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { signer } = await getPaymentGateway(context, gatewayPda);
 */
export function getPaymentGateway(
  context: MilestoneContext,
  gatewayPda: PublicKey,
): Promise<PaymentGateway> {
  return fetchAccount(context, "paymentGateway", toAddress(gatewayPda, "gatewayPda"));
}

/**
 * An owner's `UserPayment` on one mint. Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { committed } = await getUserPayment(context, getUserPaymentPda(owner, mint)[0]);
 */
export function getUserPayment(
  context: MilestoneContext,
  userPaymentPda: PublicKey,
): Promise<UserPayment> {
  return fetchAccount(context, "userPayment", toAddress(userPaymentPda, "userPaymentPda"));
}

/**
 * The escrow of a held policy. Throws `AccountNotFoundError` when the policy is delegated or its escrow was closed,
 * `AccountKindError`, `InvalidInputError`.
 * @example
 * const escrow = await getEscrow(context, policyPda);
 * milestoneStateName(escrow.milestones[0].state); // "funded"
 */
export function getEscrow(context: MilestoneContext, policyPda: PublicKey): Promise<Escrow> {
  const [address] = getEscrowPda(toAddress(policyPda, "policyPda"), context.programId);
  const hint = "the policy is delegated, or its escrow was closed: see its fundingKind";
  return fetchAccount(context, "escrow", address, hint);
}

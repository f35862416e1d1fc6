import type { Buffer } from "buffer";
import { type AccountInfo, type PublicKey, SystemProgram } from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import type { MilestoneContext } from "../context";
import { AccountKindError, AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { getGatewayPda } from "../pdas";
import type { PaymentGateway, ProgramConfig } from "../types";

type MaybeInfo = AccountInfo<Buffer> | null | undefined;

/** Throws `AccountNotFoundError` before `initializeConfig`, `MilestoneProgramError` (`ProgramPaused`). */
export function checkConfig(
  context: MilestoneContext,
  address: PublicKey,
  info: MaybeInfo,
): ProgramConfig {
  if (!info) throw new AccountNotFoundError("ProgramConfig", address, "run initializeConfig once");
  const config = decodeAccount("programConfig", address, info, context.programId);
  if (config.isPaused) {
    throw refuse("ProgramPaused");
  }
  return config;
}

/** Throws `AccountNotFoundError`, `AccountKindError` for what is not a gateway's account. */
export function checkGateway(
  context: MilestoneContext,
  address: PublicKey,
  info: MaybeInfo,
): PaymentGateway {
  // The usual slip is the authority's address, or the signer's, instead of the account that is derived from it.
  const [derived] = getGatewayPda(address, context.programId);
  const hint =
    "pass the gateway's account, getGatewayPda(authority)[0], after createGateway; " +
    `for the authority ${address.toBase58()} it is ${derived.toBase58()}`;
  if (!info) throw new AccountNotFoundError("PaymentGateway", address, hint);
  if (info.owner.equals(SystemProgram.programId)) {
    const lines = [`Hint: ${hint}`];
    throw new AccountKindError("PaymentGateway", address, "it is a wallet", undefined, lines);
  }
  try {
    return decodeAccount("paymentGateway", address, info, context.programId);
  } catch (error) {
    if (!(error instanceof AccountKindError)) throw error;
    const { actual, cause } = error;
    throw new AccountKindError("PaymentGateway", address, actual, cause, [`Hint: ${hint}`]);
  }
}

/**
 * Refuses a recipient that is an account of the program, or becomes one of `own` in the same transaction.
 * Throws `MilestoneProgramError` (`InvalidRecipient`).
 */
export function refuseOwnAccount(
  { programId }: MilestoneContext,
  recipient: PublicKey,
  info: MaybeInfo,
  own: readonly PublicKey[],
): void {
  const isOwn = info?.owner.equals(programId) || own.some((address) => address.equals(recipient));
  if (!isOwn) return;
  throw refuse("InvalidRecipient", `${recipient.toBase58()} is an account of the Milepost program`);
}

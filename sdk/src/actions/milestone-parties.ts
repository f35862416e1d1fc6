import { type PublicKey, SystemProgram } from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import type { MaybeInfo } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { AccountKindError, AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { getGatewayPda } from "../pdas";
import type { PaymentGateway, ProgramConfig } from "../types";

/** Decodes the config. Throws `AccountNotFoundError` before `initializeConfig`, `MilestoneProgramError` (`ProgramPaused`). */
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

/** Decodes the gateway. Throws `AccountNotFoundError`, and `AccountKindError` when it is not a gateway's account. */
export function checkGateway(
  context: MilestoneContext,
  address: PublicKey,
  info: MaybeInfo,
): PaymentGateway {
  // The usual mistake is the authority's address, or the signer's, instead of the account that is derived from it.
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

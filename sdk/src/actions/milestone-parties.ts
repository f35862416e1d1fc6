import type { Buffer } from "buffer";
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import type { MilestoneContext } from "../context";
import { AccountKindError, AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { isTokenProgram } from "../tokens/mint";
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

/** Throws `AccountNotFoundError`, `AccountKindError` for what is no gateway account. */
export function checkGateway(
  context: MilestoneContext,
  address: PublicKey,
  info: MaybeInfo,
): PaymentGateway {
  if (!info) {
    const hint = "pass the gateway's account, getGatewayPda(authority), after createGateway";
    throw new AccountNotFoundError("PaymentGateway", address, hint);
  }
  return decodeAccount("paymentGateway", address, info, context.programId);
}

/** Throws `AccountKindError`: tokens sent to "the token account of a token account" could never be spent. */
export function checkRecipient(address: PublicKey, info: MaybeInfo): void {
  if (!info) return;
  if (isTokenProgram(info.owner)) {
    const actual = "it is a mint or a token account; pass its owner";
    throw new AccountKindError("wallet", address, actual);
  }
  if (info.executable) throw new AccountKindError("wallet", address, "it is a program");
}

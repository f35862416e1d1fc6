import type { Buffer } from "buffer";
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { DecodeError } from "../codec/bytes";
import { hasDiscriminator, readTagged, type Tagged } from "../codec/program";
import { ACCOUNT_SIZE } from "../constants";
import { AccountKindError } from "../errors/accounts";
import { ACCOUNTS } from "../generated/accounts";
import type { Escrow, PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment } from "../types";

/** The program's account kinds by their name in Anchor's spelling. */
export interface AccountKinds {
  /** Program-wide settings, one account per deployment. */
  programConfig: ProgramConfig;
  /** Platform between owners and recipients, one account per authority. */
  paymentGateway: PaymentGateway;
  /** SPL delegate of an owner's token account, one account per owner and mint. */
  userPayment: UserPayment;
  /** Agreement between an owner and a recipient, with 1 to 4 milestones. */
  paymentPolicy: PaymentPolicy;
  /** Terms and milestone states of a held policy, one account per policy. */
  escrow: Escrow;
}

/** Name of one kind of account, which selects what `decodeAccount` returns. */
export type AccountKind = keyof AccountKinds;

/** Returns the kind's name as errors and `docs/accounts.md` spell it. */
export function kindName(kind: AccountKind): string {
  return kind[0]!.toUpperCase() + kind.slice(1);
}

/**
 * Decodes one of the program's accounts after checking its owner, size and discriminator.
 * Throws `AccountKindError`.
 * @example
 * const policy = decodeAccount("paymentPolicy", address, accountInfo, PROGRAM_ID);
 */
export function decodeAccount<K extends AccountKind>(
  kind: K,
  address: PublicKey,
  info: AccountInfo<Buffer>,
  programId: PublicKey,
): AccountKinds[K] {
  const refuse = (actual: string, cause?: unknown) =>
    new AccountKindError(kindName(kind), address, actual, cause);
  if (!info.owner.equals(programId)) {
    throw refuse(`it belongs to program ${info.owner.toBase58()}, not to ${programId.toBase58()}`);
  }
  if (info.data.length !== ACCOUNT_SIZE[kind]) {
    throw refuse(`it has ${info.data.length} bytes, expected ${ACCOUNT_SIZE[kind]}`);
  }
  const definition = ACCOUNTS[kind] as unknown as Tagged<AccountKinds[K]>;
  if (!hasDiscriminator(info.data, definition.discriminator)) {
    throw refuse("it is another kind of account of the program");
  }
  try {
    return readTagged(definition, info.data);
  } catch (cause) {
    // Any other error is a fault of the SDK or of its environment, and says nothing about the account.
    if (cause instanceof DecodeError)
      throw refuse(`its data is malformed: ${cause.message}`, cause);
    throw cause;
  }
}

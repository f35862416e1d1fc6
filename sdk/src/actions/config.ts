import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { MAX_PROTOCOL_FEE_BPS } from "../constants";
import type { MilestoneContext } from "../context";
import { InvalidInputError } from "../errors/input";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toBps } from "../input/numbers";
import { buildInstruction } from "../instruction";
import { getConfigPda, getProgramDataPda } from "../pdas";

export interface InitializeConfigArgs {
  /** Owner of the token accounts that receive protocol fees. */
  feeRecipient: PublicKey;
  /** 0 to 500. */
  protocolFeeBps: number;
  /** Signs, and becomes the config's authority. Default: the wallet. */
  upgradeAuthority?: PublicKey;
  /** Pays the rent; signs. Default: the wallet. */
  payer?: PublicKey;
}

/**
 * Creates the program-wide settings, once. Only the program's upgrade authority can.
 * Throws `InvalidInputError`.
 * @example
 * const instructions = await initializeConfig(context, { feeRecipient, protocolFeeBps: 50 });
 */
export async function initializeConfig(
  context: MilestoneContext,
  args: InitializeConfigArgs,
): Promise<TransactionInstruction[]> {
  const { programId, wallet } = context;
  return [
    buildInstruction(
      "initializeConfig",
      {
        payer: toAddress(args.payer ?? wallet.publicKey, "payer"),
        upgradeAuthority: toAddress(args.upgradeAuthority ?? wallet.publicKey, "upgradeAuthority"),
        config: getConfigPda(programId)[0],
        programData: getProgramDataPda(programId)[0],
        systemProgram: SystemProgram.programId,
      },
      {
        feeRecipient: toNonZeroAddress(args.feeRecipient, "feeRecipient"),
        protocolFeeBps: toBps(args.protocolFeeBps, "protocolFeeBps", MAX_PROTOCOL_FEE_BPS),
      },
      programId,
    ),
  ];
}

export interface UpdateConfigArgs {
  feeRecipient?: PublicKey;
  /** 0 to 500; existing policies keep the fee they were created with. */
  protocolFeeBps?: number;
  /** Refuses creation and execution while true, nothing else. */
  isPaused?: boolean;
  /** Who may call `acceptAuthority`; `PublicKey.default` cancels a hand-over. */
  pendingAuthority?: PublicKey;
  /** Signs. Default: the wallet. */
  authority?: PublicKey;
}

/**
 * Changes the settings that are given and leaves the others.
 * Throws `InvalidInputError`.
 * @example
 * const instructions = await updateConfig(context, { isPaused: true });
 */
export async function updateConfig(
  context: MilestoneContext,
  args: UpdateConfigArgs,
): Promise<TransactionInstruction[]> {
  const { programId, wallet } = context;
  const { feeRecipient, protocolFeeBps, isPaused, pendingAuthority } = args;
  if (isPaused !== undefined && typeof isPaused !== "boolean") {
    throw new InvalidInputError({ field: "isPaused", expected: "a boolean", received: isPaused });
  }
  return [
    buildInstruction(
      "updateConfig",
      {
        authority: toAddress(args.authority ?? wallet.publicKey, "authority"),
        config: getConfigPda(programId)[0],
      },
      {
        feeRecipient: feeRecipient ? toNonZeroAddress(feeRecipient, "feeRecipient") : null,
        protocolFeeBps:
          protocolFeeBps === undefined
            ? null
            : toBps(protocolFeeBps, "protocolFeeBps", MAX_PROTOCOL_FEE_BPS),
        isPaused: isPaused ?? null,
        pendingAuthority: pendingAuthority ? toAddress(pendingAuthority, "pendingAuthority") : null,
      },
      programId,
    ),
  ];
}

/**
 * Takes over the config, as the authority that `updateConfig` announced. `authority` signs; default: the wallet.
 * @example
 * const instructions = await acceptAuthority(context);
 */
export async function acceptAuthority(
  context: MilestoneContext,
  args: { authority?: PublicKey } = {},
): Promise<TransactionInstruction[]> {
  return [
    buildInstruction(
      "acceptAuthority",
      {
        pendingAuthority: toAddress(args.authority ?? context.wallet.publicKey, "authority"),
        config: getConfigPda(context.programId)[0],
      },
      {},
      context.programId,
    ),
  ];
}

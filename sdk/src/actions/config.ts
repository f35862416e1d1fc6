import { PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { type AddressWarning, requireWallets, type WalletRole } from "../accounts/check-wallet";
import { MAX_PROTOCOL_FEE_BPS } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { InvalidInputError } from "../errors/input";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toBps } from "../input/numbers";
import { getConfigPda, getProgramDataPda } from "../pdas";
import { buildInstruction } from "./build-instruction";

/** Arguments of `initializeConfig`: the protocol fee, who receives it and who signs. */
export interface InitializeConfigArgs {
  /** Wallet whose token accounts receive protocol fees; not a token account. */
  feeRecipient: PublicKey;
  /** 0 to 500. */
  protocolFeeBps: number;
  /** Signs, and becomes the config's authority. Default: the wallet. */
  upgradeAuthority?: PublicKey;
  /** Pays the rent; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Called once per address that is allowed and may be a mistake. */
  onWarning?: (warning: AddressWarning) => void;
  /** Builds the instruction without a look at the addresses' accounts. Default: false. */
  skipChecks?: boolean;
}

/**
 * Creates the program-wide settings, once. Only the program's upgrade authority can create them.
 * Throws `InvalidInputError`, `AccountKindError` where `feeRecipient` is not a wallet.
 * @example
 * const instructions = await initializeConfig(context, { feeRecipient, protocolFeeBps: 50 });
 */
export async function initializeConfig(
  context: MilestoneContext,
  args: InitializeConfigArgs,
): Promise<TransactionInstruction[]> {
  const { programId } = context;
  const instruction = buildInstruction(
    "initializeConfig",
    {
      payer: toAddress(args.payer ?? walletAddress(context), "payer"),
      upgradeAuthority: toAddress(
        args.upgradeAuthority ?? walletAddress(context),
        "upgradeAuthority",
      ),
      config: getConfigPda(programId)[0],
      programData: getProgramDataPda(programId)[0],
      systemProgram: SystemProgram.programId,
    },
    {
      feeRecipient: toNonZeroAddress(args.feeRecipient, "feeRecipient"),
      protocolFeeBps: toBps(args.protocolFeeBps, "protocolFeeBps", MAX_PROTOCOL_FEE_BPS),
    },
    programId,
  );
  await checkConfigRoles(context, args);
  return [instruction];
}

/** Arguments of `updateConfig`. An omitted setting keeps its value. */
export interface UpdateConfigArgs {
  /** Wallet whose token accounts receive protocol fees; not a token account. */
  feeRecipient?: PublicKey;
  /** 0 to 500; existing policies keep the fee they were created with. */
  protocolFeeBps?: number;
  /** Pauses creation and execution while true, and nothing else. */
  isPaused?: boolean;
  /** Wallet that may call `acceptAuthority`; `PublicKey.default` cancels a hand-over. */
  pendingAuthority?: PublicKey;
  /** Signs. Default: the wallet. */
  authority?: PublicKey;
  /** Called once per address that is allowed and may be a mistake. */
  onWarning?: (warning: AddressWarning) => void;
  /** Builds the instruction without a look at the addresses' accounts. Default: false. */
  skipChecks?: boolean;
}

/**
 * Changes the settings that are given and leaves the others.
 * Throws `InvalidInputError`, `AccountKindError` where `feeRecipient` or `pendingAuthority` is not a wallet.
 * @example
 * const instructions = await updateConfig(context, { isPaused: true });
 */
export async function updateConfig(
  context: MilestoneContext,
  args: UpdateConfigArgs,
): Promise<TransactionInstruction[]> {
  const { programId } = context;
  const { feeRecipient, protocolFeeBps, isPaused, pendingAuthority } = args;
  if (isPaused !== undefined && typeof isPaused !== "boolean") {
    throw new InvalidInputError({ field: "isPaused", expected: "a boolean", received: isPaused });
  }
  const instruction = buildInstruction(
    "updateConfig",
    {
      authority: toAddress(args.authority ?? walletAddress(context), "authority"),
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
  );
  await checkConfigRoles(context, args);
  return [instruction];
}

/** Checks the wallets that an update names, and reads nothing when it names none. Throws `AccountKindError`. */
async function checkConfigRoles(
  context: MilestoneContext,
  args: Pick<UpdateConfigArgs, "feeRecipient" | "pendingAuthority" | "onWarning" | "skipChecks">,
): Promise<void> {
  if (args.skipChecks) return;
  const { feeRecipient, pendingAuthority } = args;
  const roles: WalletRole[] = [];
  if (feeRecipient) roles.push({ field: "feeRecipient", address: feeRecipient, must: "receive" });
  // All zeros cancels a hand-over.
  if (pendingAuthority && !pendingAuthority.equals(PublicKey.default)) {
    roles.push({ field: "pendingAuthority", address: pendingAuthority, must: "sign" });
  }
  for (const warning of await requireWallets(context, roles)) args.onWarning?.(warning);
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
        pendingAuthority: toAddress(args.authority ?? walletAddress(context), "authority"),
        config: getConfigPda(context.programId)[0],
      },
      {},
      context.programId,
    ),
  ];
}

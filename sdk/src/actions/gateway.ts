import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { type AddressWarning, requireWallets, type WalletRole } from "../accounts/check-wallet";
import { fetchAccount } from "../accounts/fetch";
import {
  GATEWAY_NAME_LENGTH,
  GATEWAY_URL_LENGTH,
  MAX_GATEWAY_FEE_BPS,
  MAX_KEEPER_REWARD_BPS,
} from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { refuse } from "../errors/program";
import { toAddress, toNonZeroAddress } from "../input/address";
import { encodePaddedText } from "../input/memo";
import { toBps } from "../input/numbers";
import { getGatewayPda } from "../pdas";
import { buildInstruction } from "./build-instruction";

/** Arguments of `createGateway`. One authority has one gateway. */
export interface CreateGatewayArgs {
  /** Wallet that signs releases of conditions 2 and 3. */
  signer: PublicKey;
  /** Wallet whose token accounts receive the gateway's fees; not a token account. */
  feeRecipient: PublicKey;
  /** 0 to 1,000. */
  feeBps: number;
  /** At most 32 bytes of UTF-8. */
  name: string;
  /** At most 64 bytes of UTF-8. Default: empty. */
  url?: string;
  /** May update and close the gateway; signs. Default: the wallet. */
  authority?: PublicKey;
  /** Pays the rent and gets it back; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Called once per address that is allowed and may be a mistake. */
  onWarning?: (warning: AddressWarning) => void;
  /** Builds the instruction without a look at the addresses' accounts. Default: false. */
  skipChecks?: boolean;
}

/**
 * Creates the authority's gateway. Any wallet may have one.
 * Throws `InvalidInputError`, `AccountKindError` where `signer` or `feeRecipient` is not a wallet.
 * @example
 * const instructions = await createGateway(context, { signer, feeRecipient, feeBps: 100, name: "Acme" });
 */
export async function createGateway(
  context: MilestoneContext,
  args: CreateGatewayArgs,
): Promise<TransactionInstruction[]> {
  const { programId } = context;
  const authority = toAddress(args.authority ?? walletAddress(context), "authority");
  const instruction = buildInstruction(
    "createGateway",
    {
      payer: toAddress(args.payer ?? walletAddress(context), "payer"),
      authority,
      gateway: getGatewayPda(authority, programId)[0],
      systemProgram: SystemProgram.programId,
    },
    {
      signer: toNonZeroAddress(args.signer, "signer"),
      feeRecipient: toNonZeroAddress(args.feeRecipient, "feeRecipient"),
      feeBps: toBps(args.feeBps, "feeBps", MAX_GATEWAY_FEE_BPS),
      name: encodePaddedText(args.name, GATEWAY_NAME_LENGTH, "name"),
      url: encodePaddedText(args.url ?? "", GATEWAY_URL_LENGTH, "url"),
    },
    programId,
  );
  await checkGatewayRoles(context, args);
  return [instruction];
}

/** Arguments of `updateGateway`. An omitted setting keeps its value. */
export interface UpdateGatewayArgs {
  /** Wallet that signs releases of conditions 2 and 3. */
  signer?: PublicKey;
  /** Wallet whose token accounts receive the gateway's fees; not a token account. */
  feeRecipient?: PublicKey;
  /** 0 to 1,000; existing policies keep the fee they were created with. */
  feeBps?: number;
  /** Name of the platform, at most 32 bytes of UTF-8. */
  name?: string;
  /** URL of the platform, at most 64 bytes of UTF-8; an empty string removes it. */
  url?: string;
  /** Signs. Default: the wallet. */
  authority?: PublicKey;
  /** Called once per address that is allowed and may be a mistake. */
  onWarning?: (warning: AddressWarning) => void;
  /** Builds the instruction without a look at the addresses' accounts. Default: false. */
  skipChecks?: boolean;
}

/**
 * Changes the settings that are given and leaves the others.
 * Throws `InvalidInputError`, `AccountKindError` where `signer` or `feeRecipient` is not a wallet.
 * @example
 * const instructions = await updateGateway(context, { feeBps: 50 });
 */
export async function updateGateway(
  context: MilestoneContext,
  args: UpdateGatewayArgs,
): Promise<TransactionInstruction[]> {
  const { programId } = context;
  const { signer, feeRecipient, feeBps, name, url } = args;
  const authority = toAddress(args.authority ?? walletAddress(context), "authority");
  const instruction = buildInstruction(
    "updateGateway",
    { authority, gateway: getGatewayPda(authority, programId)[0] },
    {
      signer: signer ? toNonZeroAddress(signer, "signer") : null,
      feeRecipient: feeRecipient ? toNonZeroAddress(feeRecipient, "feeRecipient") : null,
      feeBps: feeBps === undefined ? null : toBps(feeBps, "feeBps", MAX_GATEWAY_FEE_BPS),
      name: name === undefined ? null : encodePaddedText(name, GATEWAY_NAME_LENGTH, "name"),
      url: url === undefined ? null : encodePaddedText(url, GATEWAY_URL_LENGTH, "url"),
    },
    programId,
  );
  await checkGatewayRoles(context, args);
  return [instruction];
}

/** Checks the wallets that an update names, and reads nothing when it names none. Throws `AccountKindError`. */
async function checkGatewayRoles(
  context: MilestoneContext,
  args: Pick<UpdateGatewayArgs, "signer" | "feeRecipient" | "onWarning" | "skipChecks">,
): Promise<void> {
  if (args.skipChecks) return;
  const roles: WalletRole[] = [];
  if (args.signer) roles.push({ field: "signer", address: args.signer, must: "sign" });
  if (args.feeRecipient) {
    roles.push({ field: "feeRecipient", address: args.feeRecipient, must: "receive" });
  }
  for (const warning of await requireWallets(context, roles)) args.onWarning?.(warning);
}

/** Arguments of `setKeeperReward`: the share of the gateway's fee, and the authority that signs. */
export interface SetKeeperRewardArgs {
  /** Basis points of the gateway's own fee, 0 to 10,000; 0 pays no reward. Applies to every later execution. */
  keeperRewardBps: number;
  /** Signs. Default: the wallet. */
  authority?: PublicKey;
}

/**
 * Sets the keeper's reward: the share of its own fee that the authority's gateway pays to the keeper.
 * Throws `InvalidInputError`.
 * @example
 * const instructions = await setKeeperReward(context, { keeperRewardBps: 2_000 });
 */
export async function setKeeperReward(
  context: MilestoneContext,
  args: SetKeeperRewardArgs,
): Promise<TransactionInstruction[]> {
  const { programId } = context;
  const authority = toAddress(args.authority ?? walletAddress(context), "authority");
  return [
    buildInstruction(
      "setKeeperReward",
      { authority, gateway: getGatewayPda(authority, programId)[0] },
      { keeperRewardBps: toBps(args.keeperRewardBps, "keeperRewardBps", MAX_KEEPER_REWARD_BPS) },
      programId,
    ),
  ];
}

/**
 * Closes the authority's gateway and returns its rent to the account that paid it.
 * Throws `AccountNotFoundError`, `MilestoneProgramError` (`GatewayHasOpenPolicies`).
 * @example
 * const instructions = await closeGateway(context);
 */
export async function closeGateway(
  context: MilestoneContext,
  args: { authority?: PublicKey; skipChecks?: boolean } = {},
): Promise<TransactionInstruction[]> {
  const authority = toAddress(args.authority ?? walletAddress(context), "authority");
  const [gateway] = getGatewayPda(authority, context.programId);
  const { openPolicies, rentPayer } = await fetchAccount(context, "paymentGateway", gateway);
  if (openPolicies > 0 && !args.skipChecks) {
    throw refuse("GatewayHasOpenPolicies", `Open policies: ${openPolicies}`);
  }
  return [
    buildInstruction("closeGateway", { authority, gateway, rentPayer }, {}, context.programId),
  ];
}

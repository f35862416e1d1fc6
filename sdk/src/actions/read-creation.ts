/** Reads and checks what the creation of a policy depends on. */
import { type PublicKey, SystemProgram } from "@solana/web3.js";
import { type AddressWarning, checkWallet, type WalletRole } from "../accounts/check-wallet";
import { decodeAccount } from "../accounts/decode";
import { fetchAccountInfos, type MaybeInfo } from "../accounts/read-accounts";
import { BPS_DENOMINATOR, RELEASE_RECIPIENT } from "../constants";
import type { MilestoneContext } from "../context/context";
import { AccountMismatchError, AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { getConfigPda, getUserPaymentPda } from "../pdas";
import { callRpc } from "../rpc/call";
import { parseMint } from "../tokens/mint";
import { type MintState, requireSupported } from "../tokens/mint-state";
import type { UserPayment } from "../types";
import { type CheckedInput, checkInput, type CreateMilestoneArgs } from "./milestone-args";
import { checkConfig, checkGateway, refuseOwnAccount } from "./milestone-parties";

/** State that was read for a creation, before the owner's token account. */
export interface CreationState {
  input: CheckedInput;
  config: PublicKey;
  userPaymentAddress: PublicKey;
  /** Null while the owner has none on the mint. */
  userPayment: UserPayment | null;
  mint: MintState;
  /** The most that the owner agrees to, in basis points. */
  maxGatewayFeeBps: number;
  maxProtocolFeeBps: number;
  warnings: AddressWarning[];
}

/** Reads everything but the owner's token account, whose address may depend on it, in one call, and checks it. */
export async function readCreation(
  context: MilestoneContext,
  args: CreateMilestoneArgs,
  mediator: PublicKey | undefined,
): Promise<CreationState> {
  const input = checkInput(context, args);
  const { programId } = context;
  const [config] = getConfigPda(programId);
  const [userPaymentAddress] = getUserPaymentPda(input.owner, input.mint, programId);
  const roles = rolesOf(input, mediator);
  const [configInfo, gatewayInfo, mintInfo, userPaymentInfo, ...roleInfos] =
    await fetchAccountInfos(context, [
      config,
      input.gateway,
      input.mint,
      userPaymentAddress,
      ...roles.map(({ address }) => address),
    ]);

  if (!mintInfo) throw new AccountNotFoundError("Mint", input.mint);
  const mint = parseMint(input.mint, mintInfo);
  const userPayment = decodeUserPayment(context, userPaymentAddress, userPaymentInfo);
  const infos = { config: configInfo, gateway: gatewayInfo, roles: roleInfos };
  const named = { input, config, userPaymentAddress, userPayment, mint };
  const accepted = args.skipChecks
    ? acceptUnchecked(args)
    : checkCreation(context, args, named, roles, infos);
  refuseOtherTokenAccount(userPayment, input.tokenAccount);
  return { ...named, ...accepted };
}

/** Returns null while the owner has none. SOL sent to the address does not open a `UserPayment`. */
function decodeUserPayment(
  { programId }: MilestoneContext,
  address: PublicKey,
  info: MaybeInfo,
): UserPayment | null {
  if (!info || info.owner.equals(SystemProgram.programId)) return null;
  return decodeAccount("userPayment", address, info, programId);
}

type Accepted = Pick<CreationState, "maxGatewayFeeBps" | "maxProtocolFeeBps" | "warnings">;

/** Returns what is accepted without checks: any fee, unless the caller names a maximum. */
function acceptUnchecked(args: CreateMilestoneArgs): Accepted {
  return {
    maxGatewayFeeBps: args.maxGatewayFeeBps ?? BPS_DENOMINATOR,
    maxProtocolFeeBps: args.maxProtocolFeeBps ?? BPS_DENOMINATOR,
    warnings: [],
  };
}

/** Throws what `createMilestone` throws about the mint, the config, the gateway and the wallets. */
function checkCreation(
  context: MilestoneContext,
  args: CreateMilestoneArgs,
  { input, config, userPaymentAddress, mint }: Omit<CreationState, keyof Accepted>,
  roles: readonly WalletRole[],
  infos: {
    config: MaybeInfo;
    gateway: MaybeInfo;
    roles: readonly MaybeInfo[];
  },
): Accepted {
  requireSupported(mint);
  const { protocolFeeBps } = checkConfig(context, config, infos.config);
  const gateway = checkGateway(context, input.gateway, infos.gateway);
  const fees = acceptFees(args, { gateway: gateway.feeBps, protocol: protocolFeeBps });
  const own = [config, userPaymentAddress, input.gateway];
  refuseOwnAccount(context, input.recipient, infos.roles[0], own);
  const owners = [
    { name: "owner", address: input.owner },
    { name: "recipient", address: input.recipient },
    { name: "gateway's authority", address: gateway.authority },
  ];
  const { programId } = context;
  return { ...fees, warnings: checkRoles(roles, infos.roles, { programId, mint, owners }) };
}

/** Returns the addresses that have to be wallets; the recipient comes first. */
function rolesOf({ recipient, schedule }: CheckedInput, mediator?: PublicKey): WalletRole[] {
  // A held policy's recipient signs its terms.
  const isSigner = mediator !== undefined || (schedule.releaseCondition & RELEASE_RECIPIENT) !== 0;
  const roles: WalletRole[] = [
    { field: "recipient", address: recipient, must: isSigner ? "sign" : "receive" },
  ];
  if (mediator) roles.push({ field: "mediator", address: mediator, must: "sign" });
  return roles;
}

function checkRoles(
  roles: readonly WalletRole[],
  infos: readonly MaybeInfo[],
  context: Parameters<typeof checkWallet>[2],
): AddressWarning[] {
  return roles.flatMap((role, index) => checkWallet(role, infos[index], context) ?? []);
}

/** Returns the maximums in basis points. Throws `MilestoneProgramError` (`FeeAboveMaximum`). */
function acceptFees(
  args: Pick<CreateMilestoneArgs, "maxGatewayFeeBps" | "maxProtocolFeeBps">,
  { gateway, protocol }: { gateway: number; protocol: number },
): Pick<CreationState, "maxGatewayFeeBps" | "maxProtocolFeeBps"> {
  const { maxGatewayFeeBps = gateway, maxProtocolFeeBps = protocol } = args;
  if (gateway > maxGatewayFeeBps || protocol > maxProtocolFeeBps) {
    throw refuse(
      "FeeAboveMaximum",
      `Gateway fee: ${gateway} bps, at most ${maxGatewayFeeBps}`,
      `Protocol fee: ${protocol} bps, at most ${maxProtocolFeeBps}`,
    );
  }
  return { maxGatewayFeeBps, maxProtocolFeeBps };
}

function refuseOtherTokenAccount(
  userPayment: UserPayment | null,
  tokenAccount: PublicKey | undefined,
): void {
  if (!userPayment || !tokenAccount || tokenAccount.equals(userPayment.tokenAccount)) return;
  const hint = "the owner's UserPayment on this mint already names one";
  throw new AccountMismatchError("tokenAccount", userPayment.tokenAccount, tokenAccount, hint);
}

/**
 * Returns a slot that the cluster has passed: the id at which a new `UserPayment` starts. The program takes any of the
 * last 1,024, so that one transaction can open the account and name its first policy's address.
 */
export function recentSlot(context: MilestoneContext): Promise<number> {
  const commitment = context.commitment === "finalized" ? "finalized" : "confirmed";
  return callRpc(context, "getSlot", () => context.connection.getSlot(commitment));
}

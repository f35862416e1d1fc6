/** Reads what the creation of a policy depends on, checks it, and builds the instructions. */
import type { Buffer } from "buffer";
import BN from "bn.js";
import {
  type AccountInfo,
  type PublicKey,
  SystemProgram,
  type TransactionInstruction,
} from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import { fetchAccountInfos, readContext } from "../accounts/read-accounts";
import { BPS_DENOMINATOR, RELEASE_RECIPIENT } from "../constants";
import type { MilestoneContext } from "../context";
import { AccountMismatchError, AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toU64 } from "../input/numbers";
import { type AddressWarning, checkWallet, type WalletRole } from "../input/wallet";
import { buildInstruction } from "../instruction";
import { getConfigPda, getPaymentPolicyPda, getUserPaymentPda } from "../pdas";
import { callRpc } from "../rpc/call";
import { refuseUnapprovable } from "../tokens/approvable";
import { type MintState, parseMint, requireSupported } from "../tokens/mint";
import type { UserPayment } from "../types";
import {
  type CheckedInput,
  checkInput,
  type CreateMilestoneArgs,
  type PreparedMilestone,
} from "./milestone-args";
import { checkConfig, checkGateway, refuseOwnAccount } from "./milestone-parties";
import { balanceWarnings, type MilestoneWarning, slowOwnerWarnings } from "./milestone-warnings";
import { type OwnerTokenAccount, prepareOwnerTokenAccount } from "./owner-token-account";

type MaybeInfo = AccountInfo<Buffer> | null;

/** What was read for a creation, before the owner's token account. */
interface CreationState {
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

/** What the creations before this one in a list will have changed once they have landed. */
export interface EarlierCreation {
  nextPolicyId: number;
  /** Base units that all policies may pull by then. */
  committed: BN;
}

/**
 * Prepares a policy; `mediator` is checked as well where it is given, for an escrow that the same transaction opens.
 * Throws what `createMilestone` throws.
 */
export async function prepareCreation(
  latest: MilestoneContext,
  args: CreateMilestoneArgs,
  mediator?: PublicKey,
  earlier?: EarlierCreation,
): Promise<PreparedMilestone & { committed: BN }> {
  const context = readContext(latest, args);
  const state = await readCreation(context, args, mediator);
  const { input, userPayment, userPaymentAddress, mint } = state;
  const { owner, payer, schedule } = input;
  const source = await prepareOwnerTokenAccount(context, {
    owner,
    payer,
    mint,
    tokenAccount: userPayment?.tokenAccount ?? input.tokenAccount,
    skipChecks: args.skipChecks,
  });
  if (source.state && !args.skipChecks && !earlier) {
    const expected = { owner, mint: mint.address, userPayment: userPaymentAddress };
    refuseUnapprovable(source.state, expected, args.replaceDelegate ?? false);
  }
  const policyId =
    earlier?.nextPolicyId ??
    input.policyId ??
    userPayment?.nextPolicyId ??
    (await recentSlot(context));
  const [policy] = getPaymentPolicyPda(userPaymentAddress, policyId, context.programId);
  const before = earlier?.committed ?? userPayment?.committed ?? new BN(0);
  const committed = before.add(schedule.escrowAmount);
  if (!args.skipChecks) toU64(committed, "sum of what all policies on this mint may pull");

  const funds = {
    balance: source.state?.amount ?? 0n,
    committed: BigInt(committed.toString()),
  };
  const warnings: MilestoneWarning[] = [
    ...balanceWarnings(funds),
    ...slowOwnerWarnings(owner, !userPayment, funds),
    ...state.warnings.map((warning) => ({ ...warning, ...funds })),
  ];
  warnings.forEach((warning) => args.onWarning?.(warning));
  const creation = buildCreation(context, state, source, { policy, policyId, args });
  return {
    // The first creation of a list makes what is missing for all of them.
    instructions: earlier ? creation.slice(-1) : creation,
    policy,
    policyId,
    userPayment: userPaymentAddress,
    tokenAccount: source.address,
    tokenProgram: mint.tokenProgram,
    balance: funds.balance,
    escrowAmount: schedule.escrowAmount,
    warnings,
    committed,
  };
}

/** Reads everything but the owner's token account, whose address may depend on it, in one call. */
async function readCreation(
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
  // SOL that somebody sent to the address makes no UserPayment of it.
  const isOpen = userPaymentInfo && !userPaymentInfo.owner.equals(SystemProgram.programId);
  const userPayment = isOpen
    ? decodeAccount("userPayment", userPaymentAddress, userPaymentInfo, programId)
    : null;
  let fees = {
    maxGatewayFeeBps: args.maxGatewayFeeBps ?? BPS_DENOMINATOR,
    maxProtocolFeeBps: args.maxProtocolFeeBps ?? BPS_DENOMINATOR,
  };
  let warnings: AddressWarning[] = [];
  if (!args.skipChecks) {
    requireSupported(mint);
    const { protocolFeeBps } = checkConfig(context, config, configInfo);
    const gateway = checkGateway(context, input.gateway, gatewayInfo);
    fees = acceptFees(args, { gateway: gateway.feeBps, protocol: protocolFeeBps });
    const own = [config, userPaymentAddress, input.gateway];
    refuseOwnAccount(context, input.recipient, roleInfos[0], own);
    const owners = [
      { name: "owner", address: input.owner },
      { name: "recipient", address: input.recipient },
      { name: "gateway's authority", address: gateway.authority },
    ];
    warnings = checkRoles(roles, roleInfos, { programId, mint, owners });
  }
  refuseOtherTokenAccount(userPayment, input.tokenAccount);
  return { input, config, userPaymentAddress, userPayment, mint, ...fees, warnings };
}

/** The addresses that have to be wallets; the recipient comes first. */
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
  infos: readonly (MaybeInfo | undefined)[],
  context: Parameters<typeof checkWallet>[2],
): AddressWarning[] {
  return roles.flatMap((role, index) => checkWallet(role, infos[index], context) ?? []);
}

/** Throws `MilestoneProgramError` (`FeeAboveMaximum`). Basis points. */
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

/** The set-up that is missing, and the policy. */
function buildCreation(
  { programId }: MilestoneContext,
  state: CreationState,
  source: OwnerTokenAccount,
  made: { policy: PublicKey; policyId: number; args: CreateMilestoneArgs },
): TransactionInstruction[] {
  const { owner, payer, gateway, recipient, schedule, memo } = state.input;
  const shared = {
    payer,
    owner,
    userPayment: state.userPaymentAddress,
    mint: state.mint.address,
    tokenAccount: source.address,
    tokenProgram: state.mint.tokenProgram,
    systemProgram: SystemProgram.programId,
  };
  const creation = buildInstruction(
    "createMilestonePolicy",
    { ...shared, config: state.config, gateway, policy: made.policy, recipient },
    {
      milestoneAmounts: schedule.milestoneAmounts,
      milestoneTimestamps: schedule.milestoneTimestamps,
      totalMilestones: schedule.totalMilestones,
      releaseCondition: schedule.releaseCondition,
      memo,
      replaceDelegate: made.args.replaceDelegate ?? false,
      maxGatewayFeeBps: state.maxGatewayFeeBps,
      maxProtocolFeeBps: state.maxProtocolFeeBps,
    },
    programId,
  );
  if (state.userPayment) return [...source.setup, creation];
  const opening = { firstPolicyId: made.policyId };
  return [
    ...source.setup,
    buildInstruction("createUserPayment", shared, opening, programId),
    creation,
  ];
}

/**
 * A slot the cluster has passed: the id a new `UserPayment` starts at. The program takes any of the last 1,024, so
 * that one transaction can open the account and name its first policy's address.
 */
function recentSlot(context: MilestoneContext): Promise<number> {
  const commitment = context.commitment === "finalized" ? "finalized" : "confirmed";
  return callRpc(context, "getSlot", () => context.connection.getSlot(commitment));
}

import BN from "bn.js";
import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import { fetchAccountInfos, readContext, type ReadOptions } from "../accounts/read-accounts";
import { BPS_DENOMINATOR } from "../constants";
import type { MilestoneContext } from "../context";
import { AccountMismatchError, AccountNotFoundError } from "../errors/accounts";
import { InvalidInputError } from "../errors/input";
import { refuse } from "../errors/program";
import { MilepostErrorCode } from "../errors/codes";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toMemo } from "../input/memo";
import { type MilestoneSchedule, toMilestoneSchedule } from "../input/milestones";
import { type IntegerInput, toU32, toU64 } from "../input/numbers";
import { buildInstruction } from "../instruction";
import { getConfigPda, getPaymentPolicyPda, getUserPaymentPda } from "../pdas";
import { callRpc } from "../rpc/call";
import { refuseUnapprovable } from "../tokens/approvable";
import { parseMint, requireSupported } from "../tokens/mint";
import { checkConfig, checkGateway, checkRecipient } from "./milestone-parties";
import { prepareOwnerTokenAccount } from "./owner-token-account";

export interface CreateMilestoneOptions extends ReadOptions {
  /** Whose money it is; signs. Default: the wallet. */
  owner?: PublicKey;
  /** Pays the rent and gets it back; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Where payments are pulled from, decided once for an owner and mint. Default: the associated token account. */
  tokenAccount?: PublicKey;
  /** Takes the place of another program's delegate on the token account. Default: false. */
  replaceDelegate?: boolean;
  /**
   * Most the owner agrees to, in basis points: the creation fails where a fee was raised in between.
   * Default: the fees as they are read now. Set them where signing takes long, as in a multisig.
   */
  maxGatewayFeeBps?: number;
  maxProtocolFeeBps?: number;
  /** Id of the new policy. Default: the next one; set it when several are created before the first has landed. */
  policyId?: number;
  /** Told about what is allowed and may still go wrong, such as a balance below what was promised. */
  onWarning?: (warning: MilestoneWarning) => void;
  /** Builds the instructions even when the program is sure to refuse them. Default: false. */
  skipChecks?: boolean;
}

export interface CreateMilestoneArgs extends CreateMilestoneOptions {
  mint: PublicKey;
  /** Wallet that is paid, not a token account. */
  recipient: PublicKey;
  /** The gateway's account: `getGatewayPda(authority)`. */
  gateway: PublicKey;
  /** 1 to 4 amounts in base units of the mint. */
  amounts: readonly IntegerInput[];
  /** Due dates in Unix seconds, one an amount; may be empty without `RELEASE_DUE_DATE`. */
  timestamps: readonly IntegerInput[];
  /** 0, 1, 2, 3, 4, 5, 8 or 9. */
  releaseCondition: number;
  /** 64 bytes, see `createMemoBuffer`. */
  memo?: ArrayLike<number>;
}

/** Something that is allowed and worth knowing: delegation is not escrow. */
export interface MilestoneWarning {
  code: "BALANCE_BELOW_COMMITTED";
  message: string;
  /** Base units in the token account now. */
  balance: bigint;
  /** Base units all live policies may pull once this one exists. */
  committed: bigint;
}

/** A new policy, ready to be put into a transaction. */
export interface PreparedMilestone {
  instructions: TransactionInstruction[];
  policy: PublicKey;
  policyId: number;
  userPayment: PublicKey;
  /** Where payments are pulled from. */
  tokenAccount: PublicKey;
  /** SPL Token or Token-2022, whichever owns the mint. */
  tokenProgram: PublicKey;
  /** Base units in the token account now. */
  balance: bigint;
  escrowAmount: BN;
  warnings: MilestoneWarning[];
}

/**
 * Creates a policy and delegates its sum, with the owner's token account and `UserPayment` in front where they are
 * missing. Owner and payer sign.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`, `CpiGuardError`,
 * `MilestoneProgramError` (`DelegateInUse`, `ProgramPaused`, `TokenAccountFrozen`, ...), all before anything is sent.
 * @example
 * const instructions = await createMilestone(context, {
 *   mint, recipient, gateway,
 *   amounts: [50_000_000n], timestamps: [1_800_000_000], releaseCondition: RELEASE_DUE_DATE,
 *   memo: createMemoBuffer("project_abc", 64),
 * });
 */
export async function createMilestone(
  context: MilestoneContext,
  args: CreateMilestoneArgs,
): Promise<TransactionInstruction[]> {
  return (await prepareMilestone(context, args)).instructions;
}

/**
 * `createMilestone` that also says the new policy's address.
 * @example
 * const { instructions, policy } = await prepareMilestone(context, args);
 */
export async function prepareMilestone(
  latest: MilestoneContext,
  args: CreateMilestoneArgs,
): Promise<PreparedMilestone> {
  const context = readContext(latest, args);
  const input = checkInput(context, args);
  const { owner, payer, mint: mintAddress, schedule } = input;
  const { programId } = context;
  const [configAddress] = getConfigPda(programId);
  const [userPaymentAddress] = getUserPaymentPda(owner, mintAddress, programId);
  const [configInfo, gatewayInfo, mintInfo, recipientInfo, userPaymentInfo] =
    await fetchAccountInfos(context, [
      configAddress,
      input.gateway,
      mintAddress,
      input.recipient,
      userPaymentAddress,
    ]);

  if (!mintInfo) throw new AccountNotFoundError("Mint", mintAddress);
  const mint = parseMint(mintAddress, mintInfo);
  // SOL that somebody sent to the address makes no UserPayment of it.
  const isOpen = userPaymentInfo && !userPaymentInfo.owner.equals(SystemProgram.programId);
  const userPayment = isOpen
    ? decodeAccount("userPayment", userPaymentAddress, userPaymentInfo, programId)
    : null;
  let { maxGatewayFeeBps = BPS_DENOMINATOR, maxProtocolFeeBps = BPS_DENOMINATOR } = args;
  if (!args.skipChecks) {
    requireSupported(mint);
    const { protocolFeeBps } = checkConfig(context, configAddress, configInfo);
    const { feeBps } = checkGateway(context, input.gateway, gatewayInfo);
    maxGatewayFeeBps = args.maxGatewayFeeBps ?? feeBps;
    maxProtocolFeeBps = args.maxProtocolFeeBps ?? protocolFeeBps;
    if (feeBps > maxGatewayFeeBps || protocolFeeBps > maxProtocolFeeBps) {
      throw refuse(
        "FeeAboveMaximum",
        `Gateway fee: ${feeBps} bps, at most ${maxGatewayFeeBps}`,
        `Protocol fee: ${protocolFeeBps} bps, at most ${maxProtocolFeeBps}`,
      );
    }
    checkRecipient(input.recipient, recipientInfo);
  }
  if (userPayment && input.tokenAccount && !input.tokenAccount.equals(userPayment.tokenAccount)) {
    const hint = "the owner's UserPayment on this mint already names one";
    throw new AccountMismatchError(
      "tokenAccount",
      userPayment.tokenAccount,
      input.tokenAccount,
      hint,
    );
  }
  const source = await prepareOwnerTokenAccount(context, {
    owner,
    payer,
    mint,
    tokenAccount: userPayment?.tokenAccount ?? input.tokenAccount,
    skipChecks: args.skipChecks,
  });
  if (source.state && !args.skipChecks) {
    const expected = { owner, mint: mintAddress, userPayment: userPaymentAddress };
    refuseUnapprovable(source.state, expected, args.replaceDelegate ?? false);
  }
  const policyId = input.policyId ?? userPayment?.nextPolicyId ?? (await recentSlot(context));
  const [policy] = getPaymentPolicyPda(userPaymentAddress, policyId, programId);
  const committed = (userPayment?.committed ?? new BN(0)).add(schedule.escrowAmount);
  if (!args.skipChecks) toU64(committed, "sum of what all policies on this mint may pull");

  const instructions = [...source.setup];
  if (!userPayment) {
    instructions.push(
      buildInstruction(
        "createUserPayment",
        {
          payer,
          owner,
          userPayment: userPaymentAddress,
          mint: mintAddress,
          tokenAccount: source.address,
          tokenProgram: mint.tokenProgram,
          systemProgram: SystemProgram.programId,
        },
        { firstPolicyId: policyId },
        programId,
      ),
    );
  }
  instructions.push(
    buildInstruction(
      "createMilestonePolicy",
      {
        payer,
        owner,
        config: configAddress,
        gateway: input.gateway,
        userPayment: userPaymentAddress,
        policy,
        recipient: input.recipient,
        mint: mintAddress,
        tokenAccount: source.address,
        tokenProgram: mint.tokenProgram,
        systemProgram: SystemProgram.programId,
      },
      {
        milestoneAmounts: schedule.milestoneAmounts,
        milestoneTimestamps: schedule.milestoneTimestamps,
        totalMilestones: schedule.totalMilestones,
        releaseCondition: schedule.releaseCondition,
        memo: input.memo,
        replaceDelegate: args.replaceDelegate ?? false,
        maxGatewayFeeBps,
        maxProtocolFeeBps,
      },
      programId,
    ),
  );

  const balance = source.state?.amount ?? 0n;
  const warnings = balanceWarnings(balance, BigInt(committed.toString()));
  warnings.forEach((warning) => args.onWarning?.(warning));
  return {
    instructions,
    policy,
    policyId,
    userPayment: userPaymentAddress,
    tokenAccount: source.address,
    tokenProgram: mint.tokenProgram,
    balance,
    escrowAmount: schedule.escrowAmount,
    warnings,
  };
}

interface CheckedInput {
  mint: PublicKey;
  recipient: PublicKey;
  gateway: PublicKey;
  owner: PublicKey;
  payer: PublicKey;
  schedule: MilestoneSchedule;
  memo: number[];
  policyId: number | undefined;
  tokenAccount: PublicKey | undefined;
}

/** What can be refused without a look at the chain. */
function checkInput(context: MilestoneContext, args: CreateMilestoneArgs): CheckedInput {
  const owner = toAddress(args.owner ?? context.wallet.publicKey, "owner");
  const recipient = toNonZeroAddress(args.recipient, "recipient");
  if (recipient.equals(owner)) {
    throw new InvalidInputError({
      field: "recipient",
      expected: "a wallet other than the owner's",
      received: recipient,
      code: MilepostErrorCode.InputAddress,
    });
  }
  return {
    mint: toAddress(args.mint, "mint"),
    recipient,
    gateway: toAddress(args.gateway, "gateway"),
    owner,
    payer: toAddress(args.payer ?? context.wallet.publicKey, "payer"),
    schedule: toMilestoneSchedule(args.amounts, args.timestamps, args.releaseCondition),
    memo: toMemo(args.memo),
    policyId: args.policyId === undefined ? undefined : toU32(args.policyId, "policyId"),
    tokenAccount: args.tokenAccount && toAddress(args.tokenAccount, "tokenAccount"),
  };
}

/**
 * A slot the cluster has passed: the id a new `UserPayment` starts at. The program takes any of the last 1,024, so
 * that one transaction can open the account and name its first policy's address.
 */
function recentSlot(context: MilestoneContext): Promise<number> {
  const commitment = context.commitment === "finalized" ? "finalized" : "confirmed";
  return callRpc(context, "getSlot", () => context.connection.getSlot(commitment));
}

function balanceWarnings(balance: bigint, committed: bigint): MilestoneWarning[] {
  if (balance >= committed) return [];
  const message =
    `The token account holds ${balance} base units and the policies may pull ${committed}: ` +
    "delegation sets no money aside, and a release fails while the balance is below its amount.";
  return [{ code: "BALANCE_BELOW_COMMITTED", message, balance, committed }];
}

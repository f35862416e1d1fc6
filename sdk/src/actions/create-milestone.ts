import type { Buffer } from "buffer";
import type BN from "bn.js";
import {
  type AccountInfo,
  type PublicKey,
  SystemProgram,
  type TransactionInstruction,
} from "@solana/web3.js";
import { decodeAccount } from "../accounts/decode";
import { fetchAccountInfos } from "../accounts/fetch";
import type { MilestoneContext } from "../context";
import { AccountKindError, AccountMismatchError, AccountNotFoundError } from "../errors/accounts";
import { InvalidInputError } from "../errors/input";
import { MilepostErrorCode } from "../errors/codes";
import { refuse } from "../errors/program";
import { toAddress, toNonZeroAddress } from "../input/address";
import { toMemo } from "../input/memo";
import { type MilestoneSchedule, toMilestoneSchedule } from "../input/milestones";
import { type IntegerInput, toU32, toU64 } from "../input/numbers";
import { buildInstruction } from "../instruction";
import { getConfigPda, getPaymentPolicyPda, getUserPaymentPda } from "../pdas";
import {
  associatedTokenAddress,
  createAssociatedTokenAccount,
  parseTokenAccount,
} from "../tokens/account";
import { refuseUnapprovable } from "../tokens/approvable";
import { isTokenProgram, type MintState, parseMint, requireSupported } from "../tokens/mint";
import type { UserPayment } from "../types";

export interface CreateMilestoneOptions {
  /** Whose money it is; signs. Default: the wallet. */
  owner?: PublicKey;
  /** Pays the rent and gets it back; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Where payments are pulled from, decided once for an owner and mint. Default: the associated token account. */
  tokenAccount?: PublicKey;
  /** Takes the place of another program's delegate on the token account. Default: false. */
  replaceDelegate?: boolean;
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
  context: MilestoneContext,
  args: CreateMilestoneArgs,
): Promise<PreparedMilestone> {
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
  const userPayment = userPaymentInfo
    ? decodeAccount("userPayment", userPaymentAddress, userPaymentInfo, programId)
    : null;
  if (!args.skipChecks) {
    requireSupported(mint);
    checkConfig(context, configAddress, configInfo);
    checkGateway(context, input.gateway, gatewayInfo);
    checkRecipient(input.recipient, recipientInfo);
  }
  const source = await prepareSource(context, input, mint, userPayment);
  const policyId = input.policyId ?? userPayment?.nextPolicyId ?? (await recentSlot(context));
  const [policy] = getPaymentPolicyPda(userPaymentAddress, policyId, programId);
  const committed = (userPayment?.committed ?? schedule.escrowAmount.muln(0)).add(
    schedule.escrowAmount,
  );
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
      },
      programId,
    ),
  );

  const warnings = balanceWarnings(source.balance, BigInt(committed.toString()));
  warnings.forEach((warning) => args.onWarning?.(warning));
  return {
    instructions,
    policy,
    policyId,
    userPayment: userPaymentAddress,
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
  replaceDelegate: boolean;
  skipChecks: boolean;
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
    replaceDelegate: args.replaceDelegate ?? false,
    skipChecks: args.skipChecks ?? false,
  };
}

/**
 * A slot the cluster has passed: the id a new `UserPayment` starts at. The program takes any of the last 1,024, so
 * that one transaction can open the account and name its first policy's address.
 */
function recentSlot(context: MilestoneContext): Promise<number> {
  return context.connection.getSlot(
    context.commitment === "finalized" ? "finalized" : "confirmed",
  );
}

function checkConfig(
  context: MilestoneContext,
  address: PublicKey,
  info: AccountInfo<Buffer> | null | undefined,
): void {
  if (!info) throw new AccountNotFoundError("ProgramConfig", address, "run initializeConfig once");
  if (decodeAccount("programConfig", address, info, context.programId).isPaused) {
    throw refuse("ProgramPaused");
  }
}

function checkGateway(
  context: MilestoneContext,
  address: PublicKey,
  info: AccountInfo<Buffer> | null | undefined,
): void {
  if (!info) {
    const hint = "pass the gateway's account, getGatewayPda(authority), after createGateway";
    throw new AccountNotFoundError("PaymentGateway", address, hint);
  }
  decodeAccount("paymentGateway", address, info, context.programId);
}

/** Tokens sent to "the token account of a token account" could never be spent. */
function checkRecipient(address: PublicKey, info: AccountInfo<Buffer> | null | undefined): void {
  if (!info) return;
  if (isTokenProgram(info.owner)) {
    throw new AccountKindError(
      "wallet",
      address,
      "it is a mint or a token account; pass its owner",
    );
  }
  if (info.executable) throw new AccountKindError("wallet", address, "it is a program");
}

/** The owner's token account, checked, with what creates it when it is the associated one and missing. */
async function prepareSource(
  context: MilestoneContext,
  input: CheckedInput,
  mint: MintState,
  userPayment: UserPayment | null,
): Promise<{ address: PublicKey; balance: bigint; setup: TransactionInstruction[] }> {
  const { owner, payer } = input;
  const associated = associatedTokenAddress(mint.address, owner, mint.tokenProgram);
  const address = userPayment?.tokenAccount ?? input.tokenAccount ?? associated;
  if (input.tokenAccount && !input.tokenAccount.equals(address)) {
    const hint = "the owner's UserPayment on this mint already names one";
    throw new AccountMismatchError("tokenAccount", address, input.tokenAccount, hint);
  }
  const [info] = await fetchAccountInfos(context, [address]);
  const state = parseTokenAccount(address, info);
  if (!state) {
    const isCreatable = address.equals(associated) && !info;
    if (!isCreatable && !input.skipChecks) {
      throw new AccountKindError(
        "token account",
        address,
        info ? "it is something else" : "it does not exist",
      );
    }
    const setup = isCreatable
      ? [createAssociatedTokenAccount(payer, mint.address, owner, mint.tokenProgram)]
      : [];
    return { address, balance: 0n, setup };
  }
  if (!input.skipChecks) {
    const [userPaymentAddress] = getUserPaymentPda(owner, mint.address, context.programId);
    refuseUnapprovable(
      state,
      { owner, mint: mint.address, userPayment: userPaymentAddress },
      input.replaceDelegate,
    );
  }
  return { address, balance: state.amount, setup: [] };
}

function balanceWarnings(balance: bigint, committed: bigint): MilestoneWarning[] {
  if (balance >= committed) return [];
  const message =
    `The token account holds ${balance} base units and the policies may pull ${committed}: ` +
    "delegation sets no money aside, and a release fails while the balance is below its amount.";
  return [{ code: "BALANCE_BELOW_COMMITTED", message, balance, committed }];
}

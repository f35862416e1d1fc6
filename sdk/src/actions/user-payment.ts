import { type PublicKey, SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { fetchAccount } from "../accounts/fetch";
import { fetchAccountInfos } from "../accounts/read-accounts";
import { TOKEN_PROGRAM_ID } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { AccountNotFoundError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { getUserPaymentPda } from "../pdas";
import { parseTokenAccount } from "../tokens/account";
import { refuseUnapprovable } from "../tokens/approvable";
import { parseMint } from "../tokens/mint";
import { requireSupported } from "../tokens/mint-state";
import { isTokenProgram } from "../tokens/programs";
import { buildInstruction } from "./build-instruction";
import { ownerTokenAccount, prepareOwnerTokenAccount } from "./owner-token-account";

/** Arguments of `createUserPayment`: the mint, the owner, and the account that payments are pulled from. */
export interface CreateUserPaymentArgs {
  /** Mint that the owner's policies will pay in; fixed, as is the token account. */
  mint: PublicKey;
  /** Signs. Default: the wallet. */
  owner?: PublicKey;
  /** Pays the rent and gets it back; signs. Default: the wallet. */
  payer?: PublicKey;
  /** Token account that payments are pulled from. Default: the owner's associated one, created when missing. */
  tokenAccount?: PublicKey;
}

/**
 * Opens the owner's `UserPayment` on a mint. `createMilestone` opens it itself when it is missing.
 * Throws `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`.
 * @example
 * const instructions = await createUserPayment(context, { mint });
 */
export async function createUserPayment(
  context: MilestoneContext,
  args: CreateUserPaymentArgs,
): Promise<TransactionInstruction[]> {
  const { programId } = context;
  const mintAddress = toAddress(args.mint, "mint");
  const owner = toAddress(args.owner ?? walletAddress(context), "owner");
  const payer = toAddress(args.payer ?? walletAddress(context), "payer");
  const [mintInfo] = await fetchAccountInfos(context, [mintAddress]);
  if (!mintInfo) throw new AccountNotFoundError("Mint", mintAddress);
  const mint = parseMint(mintAddress, mintInfo);
  requireSupported(mint);

  const tokenAccount = args.tokenAccount && toAddress(args.tokenAccount, "tokenAccount");
  const source = await prepareOwnerTokenAccount(context, { owner, payer, mint, tokenAccount });
  const { state } = source;
  if (state && !(state.owner.equals(owner) && state.mint.equals(mintAddress))) {
    throw refuse("InvalidTokenAccount", `Account: ${source.address.toBase58()}`);
  }
  return [
    ...source.setup,
    buildInstruction(
      "createUserPayment",
      {
        payer,
        owner,
        userPayment: getUserPaymentPda(owner, mintAddress, programId)[0],
        mint: mintAddress,
        tokenAccount: source.address,
        tokenProgram: mint.tokenProgram,
        systemProgram: SystemProgram.programId,
      },
      // The program uses the slot it lands in: nothing here names a policy's address.
      { firstPolicyId: null },
      programId,
    ),
  ];
}

/** Arguments of `closeUserPayment`: the mint, and the owner, who signs. */
export interface CloseUserPaymentArgs {
  /** Mint whose `UserPayment` is closed. */
  mint: PublicKey;
  /** Signs. Default: the wallet. */
  owner?: PublicKey;
  /** Flag to build the instruction even while policies are open, which the program refuses. Default: false. */
  skipChecks?: boolean;
}

/**
 * Closes the owner's `UserPayment` on a mint and returns its rent to the account that paid it.
 * Throws `AccountNotFoundError`, `MilestoneProgramError` (`UserPaymentHasOpenPolicies`).
 * @example
 * const instructions = await closeUserPayment(context, { mint });
 */
export async function closeUserPayment(
  context: MilestoneContext,
  args: CloseUserPaymentArgs,
): Promise<TransactionInstruction[]> {
  const owner = toAddress(args.owner ?? walletAddress(context), "owner");
  const [userPayment] = getUserPaymentPda(owner, toAddress(args.mint, "mint"), context.programId);
  const { openPolicies, rentPayer } = await fetchAccount(context, "userPayment", userPayment);
  if (openPolicies > 0 && !args.skipChecks) {
    throw refuse("UserPaymentHasOpenPolicies", `Open policies: ${openPolicies}`);
  }
  return [
    buildInstruction("closeUserPayment", { owner, userPayment, rentPayer }, {}, context.programId),
  ];
}

/** Arguments of `syncDelegation`: the mint, and whether another program's delegate may be replaced. */
export interface SyncDelegationArgs {
  /** Mint whose allowance is set to what the live policies may still pull. */
  mint: PublicKey;
  /** Signs. Default: the wallet. */
  owner?: PublicKey;
  /** Pays the rent of the token account if it was closed, and signs then. Default: the wallet. */
  payer?: PublicKey;
  /** Takes the place of another program's delegate. Default: false. */
  replaceDelegate?: boolean;
  /** Flag to build the instruction even when the program is sure to refuse it. Default: false. */
  skipChecks?: boolean;
}

/**
 * Approves what the owner's policies on a mint may still pull. This repairs an allowance that was revoked or lowered. The
 * associated token account is created first if it was closed, as front ends do when they unwrap SOL. The new account is
 * empty: for wrapped SOL, transfer lamports to it and call `createSyncNativeInstruction` of `@solana/spl-token`.
 * Throws `AccountNotFoundError`, `AccountKindError`, `CpiGuardError`, `MilestoneProgramError` (`DelegateInUse`, `TokenAccountFrozen`,
 * `InvalidTokenAccount`).
 * @example
 * const instructions = await syncDelegation(context, { mint });
 */
export async function syncDelegation(
  context: MilestoneContext,
  args: SyncDelegationArgs,
): Promise<TransactionInstruction[]> {
  const owner = toAddress(args.owner ?? walletAddress(context), "owner");
  const payer = toAddress(args.payer ?? walletAddress(context), "payer");
  const mint = toAddress(args.mint, "mint");
  const [userPayment] = getUserPaymentPda(owner, mint, context.programId);
  const { tokenAccount } = await fetchAccount(context, "userPayment", userPayment);
  const [info, mintInfo] = await fetchAccountInfos(context, [tokenAccount, mint]);
  const replaceDelegate = args.replaceDelegate ?? false;
  const { skipChecks } = args;
  const state = parseTokenAccount(tokenAccount, info);
  let setup: TransactionInstruction[] = [];
  if (!state && mintInfo) {
    const account = { address: tokenAccount, info, mint: parseMint(mint, mintInfo) };
    ({ setup } = ownerTokenAccount({ ...account, owner, payer, skipChecks }));
  }
  if (!skipChecks) {
    if (!state && !mintInfo) throw new AccountNotFoundError("Mint", mint);
    if (state) refuseUnapprovable(state, { owner, mint, userPayment }, replaceDelegate);
  }
  return [
    ...setup,
    buildInstruction(
      "syncDelegation",
      {
        owner,
        userPayment,
        tokenAccount,
        tokenProgram: tokenProgramOf(info?.owner, mintInfo?.owner),
      },
      { replaceDelegate },
      context.programId,
    ),
  ];
}

/** Returns the token program that owns the account or, once the account is closed, the mint. */
export function tokenProgramOf(...owners: (PublicKey | undefined)[]): PublicKey {
  return owners.find((owner) => owner && isTokenProgram(owner)) ?? TOKEN_PROGRAM_ID;
}

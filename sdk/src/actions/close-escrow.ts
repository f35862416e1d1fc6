import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { AccountKindError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { chooseOwnerDestination } from "../release/destinations";
import { createMissing, refusePayees } from "../release/payees";
import type { Destination } from "../release/receiving";
import { escrowOutstanding } from "../rules/payout";
import { parseTokenAccount, type TokenAccountState } from "../tokens/account";
import { parseMint } from "../tokens/mint";
import type { MintState } from "../tokens/mint-state";
import type { Escrow } from "../types";
import { buildInstruction } from "./build-instruction";
import { type HeldPolicyArgs, loadHeldPolicy, requireEscrow } from "./held-policy";
import { tokenProgramOf } from "./user-payment";

/** Arguments of `closeEscrow`: the policy, and the account that receives the rest of the vault. */
export interface CloseEscrowArgs extends HeldPolicyArgs {
  /** Token account that receives the rest of the vault: any of the mint that the owner owns. */
  ownerTokenAccount?: PublicKey;
  /** Pays the rent of the owner's token account when it is missing. Default: the wallet. */
  payer?: PublicKey;
}

/**
 * Closes escrow and vault: at any time before the recipient accepts, afterwards when nothing is outstanding. The rest of
 * the vault goes to the owner, the rent to the account that paid it. The policy can then only be deleted, in the same
 * transaction if you add `deletePaymentPolicy(..., { skipChecks: true })`. The owner signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `MilestoneProgramError` (`InvalidEscrow`,
 * `EscrowClosed`, `EscrowHoldsMoney`, `InvalidVault`, `InvalidOwnerTokenAccount`, `TokenAccountFrozen`).
 * @example
 * const instructions = await closeEscrow(context, { policyPda });
 */
export async function closeEscrow(
  context: MilestoneContext,
  args: CloseEscrowArgs,
): Promise<TransactionInstruction[]> {
  const payer = toAddress(args.payer ?? walletAddress(context), "payer");
  const held = await loadHeldPolicy(context, args.policyPda);
  const { policy, userPayment, policyAddress, escrowAddress } = held;
  const escrow = requireEscrow(policy, held.escrow);
  if (!args.skipChecks) refuseOutstanding(escrow);
  const { mint } = userPayment;
  const { vault, rentPayer } = escrow;
  const { state, isEmpty, mintState, tokenProgram } = await readVault(context, vault, mint);
  // The account is always named: a donation in the meantime must not fail the closing.
  const destination = await chooseOwnerDestination(
    context,
    userPayment,
    { mint, mintState, source: vault, tokenProgram },
    args.ownerTokenAccount,
  );
  if (!args.skipChecks)
    refuseClosing({ vault, escrowAddress, state, mintState, mint }, destination);
  return [
    ...createMissing(isEmpty ? [] : [destination], payer, mint, tokenProgram),
    buildInstruction(
      "closeEscrow",
      {
        owner: userPayment.owner,
        userPayment: policy.userPayment,
        policy: policyAddress,
        escrow: escrowAddress,
        mint,
        vault,
        ownerTokenAccount: destination.address,
        tokenProgram,
        rentPayer,
      },
      {},
      context.programId,
    ),
  ];
}

function refuseOutstanding(escrow: Escrow): void {
  const outstanding = escrowOutstanding(escrow);
  if (escrow.acceptedAt.isZero() || outstanding.isZero()) return;
  throw refuse("EscrowHoldsMoney", `Outstanding: ${outstanding.toString()} base units`);
}

/** Reads the vault, and its mint unless the vault is empty: an empty vault can be closed when the mint is gone. */
async function readVault(context: MilestoneContext, vault: PublicKey, mint: PublicKey) {
  const [vaultInfo, mintInfo] = await fetchAccountInfos(context, [vault, mint]);
  const state = parseTokenAccount(vault, vaultInfo);
  const isEmpty = !state || state.amount === 0n;
  const mintState = mintInfo && !isEmpty ? parseMint(mint, mintInfo) : null;
  return {
    state,
    isEmpty,
    mintState,
    tokenProgram: tokenProgramOf(vaultInfo?.owner, mintInfo?.owner),
  };
}

/** Throws when the balance of the vault cannot be moved to the owner. */
function refuseClosing(
  from: {
    vault: PublicKey;
    escrowAddress: PublicKey;
    state: TokenAccountState | null;
    mint: PublicKey;
    mintState: MintState | null;
  },
  destination: Destination,
): void {
  const { vault, escrowAddress, state, mint, mintState } = from;
  const account = `Account: ${vault.toBase58()}`;
  if (!state?.owner.equals(escrowAddress) || !state.mint.equals(mint)) {
    throw refuse("InvalidVault", account, "It is not the escrow's token account of the mint");
  }
  if (state.amount === 0n) return;
  if (state.isFrozen) throw refuse("TokenAccountFrozen", account);
  if (!mintState) throw new AccountKindError("mint", mint, "it does not exist any more");
  if (!mintState.tokenProgram.equals(state.tokenProgram)) {
    throw refuse("InvalidVault", account, "Its mint was created again under another token program");
  }
  const payee = {
    destination,
    error: "InvalidOwnerTokenAccount",
    option: "ownerTokenAccount",
  } as const;
  refusePayees([payee], { mint, mintState, source: vault });
}

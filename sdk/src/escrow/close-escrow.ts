import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/fetch";
import { tokenProgramOf } from "../actions/user-payment";
import type { MilestoneContext } from "../context";
import { AccountKindError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { buildInstruction } from "../instruction";
import type { Destination } from "../release/destination";
import { createMissing, refusePayees } from "../release/destinations";
import { parseTokenAccount, type TokenAccountState } from "../tokens/account";
import { type MintState, parseMint } from "../tokens/mint";
import { ownerDestination } from "./destinations";
import { type HeldPolicyArgs, loadHeldPolicy, requireEscrow } from "./held-policy";
import { escrowOutstanding } from "./payout";
import { walletAddress } from "../wallet-address";

/** Arguments of `closeEscrow`: the policy, and where what is left in the vault goes. */
export interface CloseEscrowArgs extends HeldPolicyArgs {
  /** Gets what is left in the vault: any token account of the mint that the owner owns. */
  ownerTokenAccount?: PublicKey;
  /** Pays the rent of the owner's token account where it is missing. Default: the wallet. */
  payer?: PublicKey;
}

/**
 * Closes escrow and vault: before the recipient accepted at any time, after it when nothing is outstanding. What is left in
 * the vault goes to the owner, the rent to whoever paid it. Nothing of the policy is released any more; only deletion is
 * left, in the same transaction with `deletePaymentPolicy(..., { skipChecks: true })` if you like. The owner signs.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `MilestoneProgramError` (`InvalidEscrow`,
 * `EscrowClosed`, `EscrowHoldsMoney`, `InvalidOwnerTokenAccount`, `TokenAccountFrozen`).
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
  const outstanding = escrowOutstanding(escrow);
  if (!args.skipChecks && !escrow.acceptedAt.isZero() && !outstanding.isZero()) {
    throw refuse("EscrowHoldsMoney", `Outstanding: ${outstanding.toString()} base units`);
  }
  const { mint } = userPayment;
  const { vault, rentPayer } = escrow;
  const [vaultInfo, mintInfo] = await fetchAccountInfos(context, [vault, mint]);
  const tokenProgram = tokenProgramOf(vaultInfo?.owner, mintInfo?.owner);
  const state = parseTokenAccount(vault, vaultInfo);
  const isEmpty = !state || state.amount === 0n;
  // An empty vault can be closed when the mint is gone.
  const mintState = mintInfo && !isEmpty ? parseMint(mint, mintInfo) : null;
  const receiving = { mint, mintState, source: vault };
  // The account is named in any case: a donation in the meantime must not fail the closing.
  const destination = await ownerDestination(
    context,
    userPayment,
    { ...receiving, tokenProgram },
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

/** What is in the vault needs a way out. */
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
  const payee = {
    destination,
    error: "InvalidOwnerTokenAccount",
    option: "ownerTokenAccount",
  } as const;
  refusePayees([payee], { mint, mintState, source: vault });
}

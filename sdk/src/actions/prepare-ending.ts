/** Prepares what all endings of a held milestone share: its division, and the accounts it is paid into. */
import BN from "bn.js";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "../constants";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { AccountKindError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { chooseOwnerDestination } from "../release/destinations";
import { loadReleaseSnapshots } from "../release/load-snapshots";
import { createMissing, type Payee, refusePayees } from "../release/payees";
import { type Destination, payingAccount, receivingOf } from "../release/receiving";
import { type DestinationOverrides, type ReleaseSnapshot } from "../release/snapshot";
import { requireReleasable, vault as vaultRequirement } from "../release/token-requirements";
import { divideMilestone, type MilestonePayout } from "../rules/payout";
import type { EscrowAction } from "../rules/transitions";
import type { Escrow, WithAddress } from "../types";
import {
  type HeldMilestoneArgs,
  milestoneIndexOf,
  refuseAction,
  requireEscrow,
} from "./held-policy";

/** Arguments of every ending. Missing associated token accounts are created first. */
export interface EndingArgs extends HeldMilestoneArgs, DestinationOverrides {
  /** Token account that receives refunds: any of the mint that the owner owns. */
  ownerTokenAccount?: PublicKey;
  /** Pays the rent of missing token accounts; signs when there is one. Default: the wallet. */
  payer?: PublicKey;
}

/** Accounts and division of an ending. */
export interface Ending {
  snapshot: ReleaseSnapshot;
  escrow: WithAddress<Escrow>;
  milestoneIndex: number;
  /** Share of the recipient before fees, in base units. */
  recipientAmount: BN;
  payout: MilestonePayout;
  setup: TransactionInstruction[];
  /** Accounts by their names in the IDL; each of the four token accounts is null when nothing is due to it. */
  accounts: {
    config: PublicKey;
    gateway: PublicKey;
    userPayment: PublicKey;
    policy: PublicKey;
    escrow: PublicKey;
    mint: PublicKey;
    vault: PublicKey;
    recipientTokenAccount: PublicKey | null;
    ownerTokenAccount: PublicKey | null;
    gatewayFeeAccount: PublicKey | null;
    protocolFeeAccount: PublicKey | null;
    tokenProgram: PublicKey;
  };
}

/**
 * Reads the accounts of an ending and divides the milestone. `recipientAmountOf` returns the recipient's share of its
 * amount.
 * Throws `InvalidInputError`, `AccountNotFoundError`, `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError`.
 */
export async function prepareEnding(
  context: MilestoneContext,
  action: EscrowAction,
  args: EndingArgs,
  recipientAmountOf: (amount: BN, escrow: Escrow) => BN,
): Promise<Ending> {
  const snapshot = await readEnding(context, args);
  const { policy, userPayment, mint, now } = snapshot;
  const escrow = requireEscrow(policy, snapshot.escrow);
  const milestoneIndex = milestoneIndexOf(policy, args.milestoneIndex);
  if (!args.skipChecks) {
    refuseAction(action, { policy, escrow: escrow.account, now }, milestoneIndex);
  }
  const amount = policy.policyType.milestone.milestoneAmounts[milestoneIndex] ?? new BN(0);
  const recipientAmount = recipientAmountOf(amount, escrow.account);
  if (!args.skipChecks) refuseMoreThan(amount, recipientAmount);
  const payout = divideMilestone(amount, recipientAmount, {
    gatewayFeeBps: policy.gatewayFeeBps,
    protocolFeeBps: policy.protocolFeeBps,
    platformFeeBps: escrow.account.platformFeeBps,
  });
  const ownerTokenAccount = given(args.ownerTokenAccount, "ownerTokenAccount");
  const owner = payout.refund.isZero()
    ? null
    : await chooseOwnerDestination(context, userPayment, receivingOf(snapshot), ownerTokenAccount);
  const payees = payeesOf(snapshot, payout, owner);
  const all = Object.values(payees).filter((payee) => payee !== null);
  if (!args.skipChecks) {
    refuseVault(snapshot, escrow);
    refusePayees(all, receivingOf(snapshot));
  }
  const payer = args.payer ? toAddress(args.payer, "payer") : walletAddress(context);
  const missing = mint ? all.map(({ destination }) => destination) : [];
  return {
    snapshot,
    escrow,
    milestoneIndex,
    recipientAmount,
    payout,
    setup: createMissing(missing, payer, userPayment.mint, mint?.tokenProgram ?? TOKEN_PROGRAM_ID),
    accounts: accountsOf(snapshot, escrow.address, payees),
  };
}

async function readEnding(context: MilestoneContext, args: EndingArgs): Promise<ReleaseSnapshot> {
  const [snapshot] = await loadReleaseSnapshots(context, [toAddress(args.policyPda, "policyPda")], {
    recipientTokenAccount: given(args.recipientTokenAccount, "recipientTokenAccount"),
    gatewayFeeAccount: given(args.gatewayFeeAccount, "gatewayFeeAccount"),
    protocolFeeAccount: given(args.protocolFeeAccount, "protocolFeeAccount"),
    findsAlternatives: true,
  });
  return snapshot!;
}

function refuseMoreThan(amount: BN, recipientAmount: BN): void {
  if (recipientAmount.lte(amount)) return;
  const [most, got] = [amount.toString(), recipientAmount.toString()];
  throw refuse("InvalidRecipientAmount", `Milestone: ${most} base units`, `Got: ${got}`);
}

function accountsOf(snapshot: ReleaseSnapshot, escrow: PublicKey, payees: Payees) {
  const { policy, userPayment, mint } = snapshot;
  return {
    config: snapshot.configAddress,
    gateway: policy.gateway,
    userPayment: policy.userPayment,
    policy: snapshot.policyAddress,
    escrow,
    mint: userPayment.mint,
    vault: payingAccount(snapshot),
    recipientTokenAccount: payees.recipient?.destination.address ?? null,
    ownerTokenAccount: payees.owner?.destination.address ?? null,
    gatewayFeeAccount: payees.gatewayFee?.destination.address ?? null,
    protocolFeeAccount: payees.protocolFee?.destination.address ?? null,
    tokenProgram: mint?.tokenProgram ?? TOKEN_PROGRAM_ID,
  };
}

type Payees = Record<"recipient" | "owner" | "gatewayFee" | "protocolFee", Payee | null>;

function given(address: PublicKey | undefined, field: string): PublicKey | undefined {
  return address && toAddress(address, field);
}

/** Returns the payees in the program's order of checks; `owner` is read only when a refund is due. */
function payeesOf(
  snapshot: ReleaseSnapshot,
  payout: MilestonePayout,
  owner: Destination | null,
): Payees {
  const payee = (amount: BN, destination: Destination | null, rest: Omit<Payee, "destination">) =>
    destination && !amount.isZero() ? { destination, ...rest } : null;
  return {
    recipient: payee(payout.recipient, snapshot.recipientDestination, {
      error: "InvalidRecipientTokenAccount",
      option: "recipientTokenAccount",
    }),
    owner: payee(payout.refund, owner, {
      error: "InvalidOwnerTokenAccount",
      option: "ownerTokenAccount",
    }),
    gatewayFee: payee(payout.gatewayFee.add(payout.platformFee), snapshot.gatewayFeeDestination, {
      error: "InvalidGatewayFeeAccount",
      option: "gatewayFeeAccount",
    }),
    protocolFee: payee(payout.protocolFee, snapshot.protocolFeeDestination, {
      error: "InvalidProtocolFeeAccount",
      option: "protocolFeeAccount",
    }),
  };
}

function refuseVault(snapshot: ReleaseSnapshot, escrow: WithAddress<Escrow>): void {
  const { mint, userPayment } = snapshot;
  if (!mint) throw new AccountKindError("mint", userPayment.mint, "it does not exist any more");
  requireReleasable(mint);
  const { error, message } = vaultRequirement(snapshot, escrow);
  if (error) throw refuse(error, `Account: ${payingAccount(snapshot).toBase58()}`, message);
}

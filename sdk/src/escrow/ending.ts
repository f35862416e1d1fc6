/** What the instructions that end a held milestone have in common: its division, and the accounts it is paid into. */
import BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "../tokens/programs";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { MilestoneContext } from "../context";
import { AccountKindError } from "../errors/accounts";
import { refuse } from "../errors/program";
import { toAddress } from "../input/address";
import { type Destination, payingAccount, receivingOf } from "../release/destination";
import { createMissing, type Payee, refusePayees } from "../release/destinations";
import {
  type DestinationOverrides,
  loadReleaseSnapshots,
  type ReleaseSnapshot,
} from "../release/snapshot";
import { requireReleasable, vault as vaultRequirement } from "../release/token-requirements";
import type { Escrow, WithAddress } from "../types";
import { ownerDestination } from "./destinations";
import {
  type HeldMilestoneArgs,
  milestoneIndexOf,
  refuseAction,
  requireEscrow,
} from "./held-policy";
import { divideMilestone, type MilestonePayout } from "./payout";
import type { EscrowAction } from "./transitions";
import { walletAddress } from "../wallet-address";

/** What every ending takes. Missing associated token accounts are created in front. */
export interface EndingArgs extends HeldMilestoneArgs, DestinationOverrides {
  /** Where refunds go: any token account of the mint that the owner owns. */
  ownerTokenAccount?: PublicKey;
  /** Pays the rent of token accounts that are still missing; signs where one is. Default: the wallet. */
  payer?: PublicKey;
}

/** The end of a milestone, as far as the accounts go. */
export interface Ending {
  snapshot: ReleaseSnapshot;
  escrow: WithAddress<Escrow>;
  milestoneIndex: number;
  /** The recipient's share before fees, in base units. */
  recipientAmount: BN;
  payout: MilestonePayout;
  setup: TransactionInstruction[];
  /** By their names in the IDL; the four token accounts are null where nothing is due to them. */
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
 * Reads what the end of a milestone touches and divides it. `recipientAmountOf` says the recipient's share of the
 * milestone's amount.
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
    : await ownerDestination(context, userPayment, receivingOf(snapshot), ownerTokenAccount);
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

/** Who gets something, in the order in which the program looks at them; `owner` is read only where a refund is due. */
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

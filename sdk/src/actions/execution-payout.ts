/** Computes what a release pays into which token accounts, and checks those accounts. */
import BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import { AccountKindError } from "../errors/accounts";
import { refuse } from "../errors/program";
import type { KeeperAccount } from "../release/keeper-account";
import { type Payee, refusePayees, refuseWrongKeeperAccount } from "../release/payees";
import { payingAccount, receivingOf } from "../release/receiving";
import type { ReleaseSnapshot } from "../release/snapshot";
import { requireReleasable } from "../release/token-requirements";
import { keeperReward } from "../rules/fees";
import { divideMilestone } from "../rules/payout";

/** Payees of a release and the token accounts they are paid into. */
export interface ExecutionPayout {
  payees: Payee[];
  hasGatewayFee: boolean;
  hasProtocolFee: boolean;
  /** Null where the keeper gets nothing: the account takes room in a transaction. */
  keeper: KeeperAccount | null;
  reward: BN;
}

/** Returns what the release of the milestone pays: its amount less fees to the recipient, and the fees. */
export function payoutOf(snapshot: ReleaseSnapshot, milestoneIndex: number): ExecutionPayout {
  const { policy, gateway, escrow, keeperAccount } = snapshot;
  const amount = policy.policyType.milestone.milestoneAmounts[milestoneIndex] ?? new BN(0);
  const { gatewayFee, platformFee, protocolFee } = divideMilestone(amount, amount, {
    gatewayFeeBps: policy.gatewayFeeBps,
    protocolFeeBps: policy.protocolFeeBps,
    platformFeeBps: escrow?.account.platformFeeBps ?? 0,
  });
  // What the owner paid the platform on top goes where the gateway's fee goes.
  const hasGatewayFee = !gatewayFee.add(platformFee).isZero();
  const hasProtocolFee = !protocolFee.isZero();
  const payees: Payee[] = [
    {
      destination: snapshot.recipientDestination,
      error: "InvalidRecipientTokenAccount",
      option: "recipientTokenAccount",
    },
  ];
  if (hasGatewayFee) {
    payees.push({
      destination: snapshot.gatewayFeeDestination,
      error: "InvalidGatewayFeeAccount",
      option: "gatewayFeeAccount",
    });
  }
  if (hasProtocolFee) {
    payees.push({
      destination: snapshot.protocolFeeDestination,
      error: "InvalidProtocolFeeAccount",
      option: "protocolFeeAccount",
    });
  }
  const reward = keeperAccount ? keeperReward(gatewayFee, gateway.keeperRewardBps) : new BN(0);
  const keeper = keeperAccount && !reward.isZero() ? keeperAccount : null;
  return { payees, hasGatewayFee, hasProtocolFee, keeper, reward };
}

/**
 * Throws when an account of the release does not fit: `AccountKindError`, `UnsupportedMintError`,
 * `MilestoneProgramError`, `TransferRefusedError`.
 */
export function refuseWrongAccounts(snapshot: ReleaseSnapshot, payout: ExecutionPayout): void {
  refuseWrongSource(snapshot);
  const receiving = receivingOf(snapshot);
  refusePayees(payout.payees, receiving);
  if (payout.keeper) refuseWrongKeeperAccount(payout.keeper, receiving);
}

/** Checks the mint and the account that pays. */
function refuseWrongSource(snapshot: ReleaseSnapshot): void {
  const { mint, source, userPayment, escrow } = snapshot;
  if (!mint) throw new AccountKindError("mint", userPayment.mint, "it does not exist any more");
  requireReleasable(mint);
  const error = escrow ? "InvalidVault" : "InvalidTokenAccount";
  const address = payingAccount(snapshot);
  const owner = escrow ? escrow.address : userPayment.owner;
  const differ = (what: string, expected: PublicKey, got: PublicKey) =>
    refuse(error, `Expected ${what}: ${expected.toBase58()}`, `Got: ${got.toBase58()}`);
  if (!source) throw refuse(error, `${address.toBase58()} does not exist any more`);
  const { tokenProgram } = mint;
  if (!source.tokenProgram.equals(tokenProgram)) {
    throw differ("token program", tokenProgram, source.tokenProgram);
  }
  if (!source.owner.equals(owner)) throw differ("owner", owner, source.owner);
  if (!source.mint.equals(mint.address)) throw differ("mint", mint.address, source.mint);
}

/** Computes what a new payment costs: fees per milestone and rent, to the last unit. */
import BN from "bn.js";
import { ACCOUNT_SIZE, splitAmount } from "@milepost/sdk";
import type { Funding } from "./draft";

/** Fees in basis points, as the chain has them now. A policy keeps them from its creation on. */
export interface FeeRates {
  gatewayFeeBps: number;
  protocolFeeBps: number;
  /** Fee that the payer pays on top of a held milestone. */
  platformFeeBps: number;
}

/** Division of one milestone, in base units. */
export interface MilestoneCost {
  amount: bigint;
  /** What the recipient receives. */
  recipient: bigint;
  gatewayFee: bigint;
  protocolFee: bigint;
  /** What the payer pays on top. */
  platformFee: bigint;
}

const BPS = 10_000n;

/** Returns the division of each amount, rounded as the program rounds. */
export function milestoneCosts(amounts: readonly bigint[], rates: FeeRates): MilestoneCost[] {
  return amounts.map((amount) => {
    const split = splitAmount(new BN(amount.toString()), rates.gatewayFeeBps, rates.protocolFeeBps);
    return {
      amount,
      recipient: BigInt(split.recipient.toString()),
      gatewayFee: BigInt(split.gatewayFee.toString()),
      protocolFee: BigInt(split.protocolFee.toString()),
      platformFee: (amount * BigInt(rates.platformFeeBps)) / BPS,
    };
  });
}

/** Returns the sum of each column. */
export function totalCost(costs: readonly MilestoneCost[]): MilestoneCost {
  const sum = (name: keyof MilestoneCost) => costs.reduce((total, cost) => total + cost[name], 0n);
  return {
    amount: sum("amount"),
    recipient: sum("recipient"),
    gatewayFee: sum("gatewayFee"),
    protocolFee: sum("protocolFee"),
    platformFee: sum("platformFee"),
  };
}

/** An account that the creation opens. Its rent comes back when it is closed. */
export interface RentItem {
  name: string;
  /** Size of the account in bytes. */
  bytes: number;
}

/** Size of an associated token account without extensions of the mint. */
const TOKEN_ACCOUNT_BYTES = 165;
/** Size of one of Token-2022, which always has the extension `ImmutableOwner`. */
const TOKEN_2022_ACCOUNT_BYTES = 170;

/** Returns the accounts that a creation opens. */
export function rentItems(state: {
  funding: Funding;
  hasUserPayment: boolean;
  hasTokenAccount: boolean;
  isToken2022: boolean;
}): RentItem[] {
  const tokenBytes = state.isToken2022 ? TOKEN_2022_ACCOUNT_BYTES : TOKEN_ACCOUNT_BYTES;
  const items: RentItem[] = [{ name: "Payment policy", bytes: ACCOUNT_SIZE.paymentPolicy }];
  if (!state.hasTokenAccount) items.push({ name: "Your token account", bytes: tokenBytes });
  if (!state.hasUserPayment) {
    items.push({ name: "Your payment account for this token", bytes: ACCOUNT_SIZE.userPayment });
  }
  if (state.funding === "held") {
    items.push(
      { name: "Escrow", bytes: ACCOUNT_SIZE.escrow },
      { name: "Vault of the escrow", bytes: tokenBytes },
    );
  }
  return items;
}

/** Bytes that the chain adds to each account when it computes rent. */
const ACCOUNT_OVERHEAD = 128;

/**
 * Returns the rent of an account in lamports, from the rent of an account without data, which the chain answers.
 * @example
 * rentOf(384, 890_880n); // 3_563_520n
 */
export function rentOf(bytes: number, rentOfEmpty: bigint): bigint {
  return (rentOfEmpty * BigInt(ACCOUNT_OVERHEAD + bytes)) / BigInt(ACCOUNT_OVERHEAD);
}

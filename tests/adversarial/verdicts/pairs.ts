/**
 * What a slot answers when it is given the account of another slot: by what that account is. Each table lists the slots of
 * an instruction that share accounts with no harm to Anchor's check for mutable ones.
 */
import type { Verdict } from "./by-kind";

export type Held =
  | "wallet"
  | "config"
  | "gateway"
  | "user_payment"
  | "policy"
  | "escrow"
  | "mint"
  | "tokens"
  | "program";

export interface PairSlot {
  /** What the slot's own account is. */
  is: Held;
  /** What it answers to what another slot holds. */
  given: (other: Held) => Verdict;
}

const UNSIGNED = "MissingRequiredSignature";

/** Signs: only another signer's wallet comes as far as `stranger`. */
export const signs = (stranger: Verdict, unsigned: Verdict = UNSIGNED): PairSlot => ({
  is: "wallet",
  given: (other) => (other === "wallet" ? stranger : unsigned),
});

const LENGTHS: Partial<Record<Held, number>> = {
  config: 140,
  user_payment: 205,
  gateway: 287,
  policy: 384,
  escrow: 640,
};

/** One of ours, read-only: owner program, then length, then type. */
const ours = (is: Held): PairSlot => ({
  is,
  given: (other) => {
    const length = LENGTHS[other];
    if (length === undefined) return "IllegalOwner";
    return length < (LENGTHS[is] as number) ? "AccountDataTooSmall" : "InvalidAccountData";
  },
});
export const CONFIG_SLOT = ours("config");
export const GATEWAY_SLOT = ours("gateway");
export const USER_PAYMENT_SLOT = ours("user_payment");
export const POLICY_SLOT = ours("policy");

export const MINT_SLOT: PairSlot = { is: "mint", given: () => "InvalidMint" };

/** Receives tokens, and is writable, which programs never are. */
export const receives = (error: Verdict): PairSlot => ({
  is: "tokens",
  given: (other) => (other === "program" ? "ConstraintMut" : error),
});
/** Receives rent. */
export const rentPayer: PairSlot = { ...receives("InvalidRentPayer"), is: "wallet" };

/** A program at one address. */
export const program = (error: Verdict): PairSlot => ({ is: "program", given: () => error });
export const TOKEN_PROGRAM_SLOT = program("InvalidTokenProgram");
export const SYSTEM_PROGRAM_SLOT: PairSlot = {
  is: "program",
  given: (other) => (other === "program" ? "IncorrectProgramId" : "ConstraintExecutable"),
};

/** "slot <- other" for every two of the slots. */
export function pairs(slots: Record<string, PairSlot>): Record<string, Verdict> {
  const entries = Object.entries(slots);
  return Object.fromEntries(
    entries.flatMap(([name, slot]) =>
      entries
        .filter(([other]) => other !== name)
        .map(([other, { is }]) => [`${name} <- ${other}`, slot.given(is)]),
    ),
  );
}

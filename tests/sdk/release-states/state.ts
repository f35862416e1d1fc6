/** Generated states of everything that a release depends on. Plain data, so that a failing one can be printed. */
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { Dice } from "../../stateful-escrow/dice";

/** What is at a token account's address. */
export const ACCOUNT_KINDS = [
  "fits",
  "missing",
  "lamports",
  "frozen",
  "wrongOwner",
  "wrongMint",
  "uninitialized",
  "garbage",
  "otherProgram",
] as const;
/** Of Token-2022 alone. */
export const EXTENDED_KINDS = [
  "memoRequired",
  "memoOff",
  "confidentialOnly",
  "confidential",
  "cpiGuard",
] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number] | (typeof EXTENDED_KINDS)[number];

export type Role = "gatewaySigner" | "owner" | "recipient" | "stranger";
export const ROLES: readonly Role[] = ["gatewaySigner", "owner", "recipient", "stranger"];

export interface Payee {
  /** Of the associated account. */
  account: AccountKind;
  /** The account that the caller names instead; null for none. */
  named: AccountKind | "paying" | "mint" | "authority" | "authorityFrozen" | null;
  /** Another account of the wallet; null for none. */
  spare: AccountKind | null;
}

export interface FeePayee extends Payee {
  /** Whose wallet gets it. */
  wallet: "own" | "owner" | "recipient" | "shared";
  /** The associated account of the authority, which a held milestone's fees may go to. */
  authority: AccountKind;
}

export const MINT_KINDS = [
  "plain",
  "closed",
  "transferFee",
  "transferHook",
  "defaultFrozen",
  "closeAuthority",
  "confidential",
] as const;
export type MintKind = (typeof MINT_KINDS)[number];

export const SOURCE_FAULTS = [
  "noDelegate",
  "otherDelegate",
  "allowanceShort",
  "balanceShort",
  "bothShort",
] as const;

export type EscrowState =
  "unfunded" | "funded" | "submitted" | "disputed" | "mediation" | "released" | "refunded";
export const ESCROW_STATES: readonly EscrowState[] = [
  "unfunded",
  "funded",
  "submitted",
  "disputed",
  "mediation",
];

export interface ReleaseState {
  funding: "delegated" | "held" | "closed";
  program: "token" | "token2022";
  mint: MintKind;
  condition: number;
  executor: Role;
  total: number;
  current: number;
  isPaused: boolean;
  isProgramPaused: boolean;
  amount: number;
  gatewayFeeBps: number;
  protocolFeeBps: number;
  platformFeeBps: number;
  /** Whether the gateway's signer was changed since. */
  isSignerChanged: boolean;
  /** Seconds between the clock and what is nearest. */
  offset: -1 | 0 | 1;
  /** Of a held milestone: which deadline the clock is at. */
  deadline: "due" | "review" | "mediation" | "expiry" | "far";
  isAccepted: boolean;
  escrow: EscrowState;
  /** The owner's account, or the vault. */
  source: AccountKind;
  sourceMoney: (typeof SOURCE_FAULTS)[number] | "enough";
  recipient: Payee;
  /** The owner's account, which gets what goes back out of a vault. */
  refund: Payee;
  gatewayFee: FeePayee;
  protocolFee: FeePayee;
}

export const tokenProgramOf = ({ program }: ReleaseState): PublicKey =>
  program === "token" ? TOKEN_PROGRAM_ID : TOKEN_2022_PROGRAM_ID;

/** What the vault holds for one milestone, in base units. */
export function fundingOf({ amount, platformFeeBps }: ReleaseState): number {
  return amount + Math.floor((amount * platformFeeBps) / 10_000);
}

/** Between all good, where a release lands, and several faults at once, where the order of checks shows. */
export function generate(dice: Dice): ReleaseState {
  const state = generateGood(dice);
  const faults = dice.of([0, 0, 1, 1, 1, 1, 2, 2, 3]);
  for (let count = 0; count < faults; count++) dice.of(FAULTS)(state, dice);
  // Where nothing is left to pay, no destination is read.
  if (state.current === state.total || state.funding === "closed") {
    for (const payee of [state.recipient, state.gatewayFee, state.protocolFee]) {
      payee.named = null;
      if (payee === state.recipient) continue;
      if ((payee as FeePayee).wallet === "owner") (payee as FeePayee).wallet = "own";
    }
  }
  // Only its owner guards an account, and a vault's is the program.
  if (state.funding === "held" && state.source === "cpiGuard") state.source = "fits";
  return state;
}

function generateGood(dice: Dice): ReleaseState {
  const isHeld = dice.chance(45);
  const program = dice.of(["token", "token2022", "token2022"] as const);
  const total = 1 + dice.below(4);
  const condition = dice.of([0, 1, 2, 3, 4, 5, 8, 9]);
  const mint = dice.chance(80) ? "plain" : dice.of(["closeAuthority", "confidential"] as const);
  const benign = () => good(dice, program);
  const payee = (): Payee => ({ account: benign(), named: null, spare: null });
  const fee = (): FeePayee => ({
    ...payee(),
    wallet: dice.of(["own", "own", "own", "recipient", "shared"] as const),
    authority: benign(),
  });
  return {
    funding: isHeld ? "held" : "delegated",
    program,
    mint: program === "token" ? "plain" : mint,
    condition,
    executor: EXECUTORS[condition & ~1] ?? dice.of(ROLES),
    total,
    current: dice.below(total),
    isPaused: isHeld && dice.chance(30),
    isProgramPaused: isHeld && dice.chance(30),
    amount: dice.of([1, 7, 99, 100, 12_345, 50_000_000]),
    gatewayFeeBps: dice.of([0, 1, 100, 1_000]),
    protocolFeeBps: dice.of([0, 1, 50, 500]),
    platformFeeBps: dice.of([0, 250]),
    isSignerChanged: dice.chance(20),
    offset: dice.of([0, 1] as const),
    deadline: dice.of(["due", "review", "far"] as const),
    isAccepted: true,
    escrow: dice.of(["funded", "submitted"] as const),
    source: dice.chance(90) || program === "token" ? "fits" : "cpiGuard",
    sourceMoney: "enough",
    recipient: payee(),
    refund: payee(),
    gatewayFee: fee(),
    protocolFee: fee(),
  };
}

const EXECUTORS: Record<number, Role> = { 2: "gatewaySigner", 4: "owner", 8: "recipient" };

/** What receives, at once or after it is created. */
function good(dice: Dice, program: ReleaseState["program"]): AccountKind {
  const all = ["fits", "fits", "fits", "missing", "lamports"] as const;
  const extended = ["memoOff", "confidential", "cpiGuard"] as const;
  return program === "token" || dice.chance(70) ? dice.of(all) : dice.of(extended);
}

const anyAccount = (dice: Dice, { program }: ReleaseState): AccountKind =>
  dice.of(program === "token" ? ACCOUNT_KINDS : [...ACCOUNT_KINDS, ...EXTENDED_KINDS]);

function breakPayee(payee: Payee, state: ReleaseState, dice: Dice, isFee: boolean): void {
  payee.account = anyAccount(dice, state);
  if (dice.chance(40)) {
    const named = isFee
      ? (["paying", "mint", "authority", "authorityFrozen"] as const)
      : (["paying", "mint"] as const);
    payee.named = dice.chance(40) ? dice.of(named) : anyAccount(dice, state);
  }
  if (dice.chance(40)) payee.spare = anyAccount(dice, state);
}

/** Each may break something; some leave it as it was. */
const FAULTS: readonly ((state: ReleaseState, dice: Dice) => void)[] = [
  (state) => (state.isPaused = true),
  (state) => (state.isProgramPaused = true),
  (state, dice) => (state.executor = dice.of(ROLES)),
  (state) => (state.offset = -1),
  (state, dice) => {
    state.deadline = dice.of(["due", "review", "mediation", "expiry", "far"] as const);
    state.offset = dice.of([-1, 0, 1] as const);
  },
  (state) => {
    state.current = state.total;
    state.isPaused = true;
  },
  (state) => (state.funding = state.funding === "held" ? "closed" : state.funding),
  (state, dice) =>
    (state.mint =
      state.program === "token" ? dice.of(["plain", "closed"] as const) : dice.of(MINT_KINDS)),
  (state, dice) => (state.escrow = dice.of(ESCROW_STATES)),
  (state) => (state.isAccepted = false),
  (state, dice) => (state.source = anyAccount(dice, state)),
  (state, dice) => (state.sourceMoney = dice.of(SOURCE_FAULTS)),
  (state, dice) => (state.sourceMoney = dice.of(SOURCE_FAULTS)),
  (state, dice) => breakPayee(state.recipient, state, dice, false),
  (state, dice) => breakPayee(state.recipient, state, dice, false),
  (state, dice) => breakPayee(state.refund, state, dice, false),
  (state, dice) => breakPayee(state.gatewayFee, state, dice, true),
  (state, dice) => breakPayee(state.protocolFee, state, dice, true),
  (state, dice) =>
    (state.gatewayFee.wallet = dice.of(["own", "owner", "recipient", "shared"] as const)),
  (state, dice) => (state.protocolFee.authority = anyAccount(dice, state)),
];

import type {
  AddressLookupTableAccount,
  PublicKey,
  Signer,
  TransactionInstruction,
} from "@solana/web3.js";
import { MAX_COMPUTE_UNITS } from "../constants";
import { type SendClock, SYSTEM_CLOCK } from "../context/clock";
import type { MilestoneContext } from "../context/context";
import { InvalidInputError } from "../errors/input";
import type { SignedTransaction } from "./confirm";
import type { TransactionVersion } from "./message";
import type { PriorityFeeOptions } from "./priority-fee";

/** Settings of `send`; each has a default. */
export interface SendOptions {
  /** Sign beside the wallet. */
  signers?: readonly Signer[];
  /** Pays the fee. Default: the wallet. */
  payer?: PublicKey;
  /** Lookup tables to compile the transaction with. Default: none. */
  lookupTables?: readonly AddressLookupTableAccount[];
  /** `"legacy"` for a wallet that signs nothing else; it takes no lookup tables. Default: 0. */
  version?: TransactionVersion;
  /** Default: what a simulation took, plus the larger of `computeUnitMargin` and `walletComputeUnits`. */
  computeUnitLimit?: number;
  /** Share added to the simulated compute units. Default: 0.1. */
  computeUnitMargin?: number;
  /**
   * Compute units left for guard instructions that a wallet may add when it signs. The priority fee is paid on them as
   * well: 2,400 lamports at the highest default price. Not added where the key is at hand. Default: 12,000.
   */
  walletComputeUnits?: number;
  /**
   * Micro-lamports per compute unit, rounded up, or how to choose them. Default: the 75th percentile of recent fees,
   * capped.
   */
  priorityFee?: number | PriorityFeeOptions;
  /** How often the same bytes are sent again, in milliseconds. Default: 2,000. */
  resendEveryMs?: number;
  /**
   * Milliseconds after which `send` gives up (`SendUnconfirmed`), checked between calls. Default: 180,000, well above a
   * blockhash's life. A single call that the transport never answers is the transport's to end: pass the `Connection` a
   * `fetch` with a time limit.
   */
  timeoutMs?: number;
  /** Milliseconds that the wallet has to answer. Default: 120,000; a blockhash lives some 60 to 80 seconds. */
  walletTimeoutMs?: number;
  /**
   * How often it may be signed in all; a new blockhash is taken only after the last one expired unlanded. Default: 1.
   * A wallet that sends by itself is asked once.
   */
  maxSignings?: number;
  /**
   * Called before each first sending, so that a signature can be recorded before anything can land. Of a wallet that
   * sends by itself it is called as soon as the wallet has told the signature.
   */
  onSigned?: (transaction: SignedTransaction) => void | Promise<void>;
  /** Local time. Default: the context's, otherwise the computer's clock. */
  clock?: SendClock;
}

/** `SendOptions` with each default filled in. */
export type SendSettings = Required<
  Pick<
    SendOptions,
    | "computeUnitMargin"
    | "walletComputeUnits"
    | "resendEveryMs"
    | "timeoutMs"
    | "walletTimeoutMs"
    | "maxSignings"
    | "clock"
    | "signers"
  >
> &
  Pick<SendOptions, "computeUnitLimit" | "priorityFee" | "onSigned">;

/** Fills in the defaults. Throws `InvalidInputError` for numbers that can't be meant. */
export function toSettings(context: MilestoneContext, options: SendOptions): SendSettings {
  const { priorityFee, computeUnitLimit } = options;
  const amount = (field: keyof SendOptions, fallback: number) =>
    toAmount(options[field] ?? fallback, field);
  return {
    signers: options.signers ?? [],
    computeUnitMargin: amount("computeUnitMargin", 0.1),
    // Four guards were seen from Phantom (x402-foundation/x402#3318); two took 1,819 and 5,660 units on mainnet.
    walletComputeUnits: amount("walletComputeUnits", 12_000),
    resendEveryMs: amount("resendEveryMs", 2_000),
    timeoutMs: amount("timeoutMs", 180_000),
    walletTimeoutMs: amount("walletTimeoutMs", 120_000),
    maxSignings: amount("maxSignings", 1),
    clock: options.clock ?? context.clock ?? SYSTEM_CLOCK,
    onSigned: options.onSigned,
    computeUnitLimit: computeUnitLimit === undefined ? undefined : toComputeUnits(computeUnitLimit),
    priorityFee: typeof priorityFee === "object" ? toFeeOptions(priorityFee) : toFee(priorityFee),
  };
}

/** Throws `InvalidInputError` for anything other than a list of instructions. */
export function requireInstructions(
  instructions: readonly TransactionInstruction[],
): readonly TransactionInstruction[] {
  const refuse = (field: string, expected: string, received: unknown, hint?: string) =>
    new InvalidInputError({ field, expected, received, hint });
  if (!Array.isArray(instructions)) {
    const { instructions: inner, programId } = (instructions ?? {}) as {
      instructions?: unknown;
      programId?: unknown;
    };
    const hint = Array.isArray(inner)
      ? "pass its `instructions`"
      : programId
        ? "put the instruction into an array: send([instruction])"
        : undefined;
    const received = programId ? "one instruction" : typeof instructions;
    throw refuse("instructions", "an array of instructions", received, hint);
  }
  if (instructions.length === 0) throw refuse("instructions", "at least one", 0);
  instructions.forEach((instruction: Partial<TransactionInstruction> | null, index) => {
    if (instruction?.programId && Array.isArray(instruction.keys) && instruction.data) return;
    const hint = Array.isArray(instruction)
      ? "spread the lists into one: send([...first, ...second])"
      : undefined;
    throw refuse(`instructions[${index}]`, "a TransactionInstruction", typeof instruction, hint);
  });
  return instructions as TransactionInstruction[];
}

/** Throws `InvalidInputError` for anything other than a number from 0. */
export function toAmount(value: unknown, field: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidInputError({ field, expected: "a number from 0", received: value });
}

function toComputeUnits(value: number): number {
  if (Number.isInteger(value) && value > 0 && value <= 0xffff_ffff) return value;
  throw new InvalidInputError({
    field: "computeUnitLimit",
    expected: `an integer from 1 to ${MAX_COMPUTE_UNITS}`,
    received: value,
  });
}

/** A share of a recent fee is a fraction as a rule; a whole micro-lamport per unit more costs next to nothing. */
function toFee<T extends number | undefined>(value: T, field = "priorityFee"): T {
  if (value === undefined) return value;
  const fee = Math.ceil(value);
  if (Number.isSafeInteger(fee) && value >= 0) return fee as T;
  throw new InvalidInputError({
    field,
    expected: "micro-lamports per compute unit, a number from 0",
    received: value,
  });
}

function toFeeOptions({ percentile, max }: PriorityFeeOptions): PriorityFeeOptions {
  const isPercentile = percentile === undefined || (percentile >= 0 && percentile <= 100);
  if (!isPercentile) {
    throw new InvalidInputError({
      field: "priorityFee.percentile",
      expected: "a number from 0 to 100",
      received: percentile,
    });
  }
  return { percentile, max: toFee(max, "priorityFee.max") };
}

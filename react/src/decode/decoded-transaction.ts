/** Shapes of a decoded transaction: what a wallet is asked to sign, in words. */
import type { AddressLookupTableAccount } from "@solana/web3.js";

/** Facts about a mint that an amount is shown with. */
export interface MintFacts {
  /** Number of decimals: one token is 10 to this power base units. */
  decimals: number;
  /** Symbol of the token; absent where the page knows none. */
  symbol?: string;
}

/** Facts that a decoder needs beside the bytes. */
export interface DecodeLookups {
  /** Lookup tables that the transaction names. Without one of them the transaction is refused. */
  lookupTables?: readonly AddressLookupTableAccount[];
  /** Mints by address. An amount of another mint is shown in base units. */
  mints?: Readonly<Record<string, MintFacts>>;
  /** Mints of token accounts by the account's address, for instructions that do not name the mint. */
  tokenAccounts?: Readonly<Record<string, TokenAccountFacts>>;
}

/** One fact of an instruction. `kind` selects the other fields. */
export type DecodedDetail =
  AddressDetail | AmountDetail | TimeDetail | DurationDetail | PercentDetail | TextDetail;

/** Address of an account. */
export interface AddressDetail {
  /** Kind of the fact. */
  kind: "address";
  /** Label of the fact, such as `Recipient`. */
  label: string;
  /** Address in base58. */
  address: string;
}

/** Amount of tokens or SOL. */
export interface AmountDetail {
  /** Kind of the fact. */
  kind: "amount";
  /** Label of the fact, such as `Milestone 1`. */
  label: string;
  /** Base units. */
  baseUnits: bigint;
  /** Address of the mint; null for SOL, or where it is not known. */
  mint: string | null;
  /** Number of decimals; null where the mint is not known. */
  decimals: number | null;
  /** Symbol of the token; null where none is known. */
  symbol: string | null;
}

/** Point in time. */
export interface TimeDetail {
  /** Kind of the fact. */
  kind: "time";
  /** Label of the fact. */
  label: string;
  /** Unix seconds. */
  seconds: number;
}

/** Length of time. */
export interface DurationDetail {
  /** Kind of the fact. */
  kind: "duration";
  /** Label of the fact. */
  label: string;
  /** Number of seconds. */
  seconds: number;
}

/** Share in basis points. */
export interface PercentDetail {
  /** Kind of the fact. */
  kind: "percent";
  /** Label of the fact. */
  label: string;
  /** Basis points: 100 are one percent. */
  bps: number;
}

/** Text, such as a note or a hash. */
export interface TextDetail {
  /** Kind of the fact. */
  kind: "text";
  /** Label of the fact. */
  label: string;
  /** Text as it is; a page must not render it as HTML. */
  text: string;
}

/** Mint and owner of a token account. */
export interface TokenAccountFacts {
  /** Address of the mint. */
  mint: string;
  /** Address of the wallet that owns it. */
  owner: string;
}

/** One instruction in words. */
export interface DecodedStep {
  /** Program that is called. */
  program: "milepost" | "token" | "associated-token" | "system" | "compute-budget" | "memo";
  /** Name of the instruction, such as `approveMilestone` or `transferChecked`. */
  name: string;
  /** Sentence that says what the instruction does. */
  title: string;
  /** Facts of the instruction in the order in which to show them. */
  details: DecodedDetail[];
  /** True for a setting that moves nothing, such as the compute limit. */
  isMinor: boolean;
}

/** Transaction that a wallet is asked to sign, decoded from its bytes. */
export interface DecodedTransaction {
  /** Address that pays the network's fee. */
  feePayer: string;
  /** Addresses that have to sign, the fee payer first. */
  signers: string[];
  /** Instructions in their order. */
  instructions: DecodedStep[];
  /** Network fee in lamports: signatures, and the priority fee on the whole compute limit. */
  feeLamports: bigint;
  /** Blockhash, which limits the transaction's life. */
  recentBlockhash: string;
}

/**
 * Instructions straight from the IDL, without the SDK's help: tests of the program must be able to build what the
 * SDK refuses.
 */
import { readFileSync } from "node:fs";
import { AccountMeta, PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { BorshInstructionCoder, Idl } from "@coral-xyz/anchor";
import BN from "bn.js";
import { idlPath } from "../harness/program";

/** The IDL of the program under test. */
export const IDL = JSON.parse(readFileSync(idlPath(), "utf8")) as Idl;

export const PROGRAM_ID = new PublicKey(IDL.address);
export const SYSTEM_PROGRAM = SystemProgram.programId;

const coder = new BorshInstructionCoder(IDL);

/** Accounts of an instruction by their IDL names; `null` leaves an optional one out. */
export type Accounts = Record<string, PublicKey | null>;

/** An instruction by its IDL name, with arguments and accounts by theirs. Throws when an account is missing. */
export function instruction(
  name: string,
  args: Record<string, unknown>,
  accounts: Accounts,
): TransactionInstruction {
  const definition = IDL.instructions.find((candidate) => candidate.name === name);
  if (!definition) throw new Error(`no instruction ${name} in the IDL`);
  const keys: AccountMeta[] = definition.accounts.map((account) => {
    if ("accounts" in account) throw new Error(`${name}: nested accounts are not used`);
    const given =
      accounts[account.name] ?? (account.address ? new PublicKey(account.address) : undefined);
    if (!given && !account.optional) throw new Error(`${name}: no ${account.name} given`);
    return {
      pubkey: given ?? PROGRAM_ID,
      isSigner: given ? (account.signer ?? false) : false,
      isWritable: given ? (account.writable ?? false) : false,
    };
  });
  return new TransactionInstruction({
    programId: PROGRAM_ID,
    keys,
    data: coder.encode(name, args),
  });
}

export interface Schedule {
  amounts: bigint[];
  timestamps: bigint[];
  releaseCondition: number;
  /** Slots beyond the given amounts are zero; this count may lie. */
  totalMilestones?: number;
  memo?: Uint8Array;
  replaceDelegate?: boolean;
  /** No limit when absent. */
  maxGatewayFeeBps?: number;
  maxProtocolFeeBps?: number;
}

/** Arguments of `create_milestone_policy`, padded to four slots. */
export function scheduleArgs(schedule: Schedule): Record<string, unknown> {
  const pad = (values: bigint[]): BN[] =>
    Array.from({ length: 4 }, (_, i) => new BN((values[i] ?? 0n).toString()));
  return {
    milestone_amounts: pad(schedule.amounts),
    milestone_timestamps: pad(schedule.timestamps),
    total_milestones: schedule.totalMilestones ?? schedule.amounts.length,
    release_condition: schedule.releaseCondition,
    memo: [...(schedule.memo ?? new Uint8Array(64))],
    replace_delegate: schedule.replaceDelegate ?? false,
    max_gateway_fee_bps: schedule.maxGatewayFeeBps ?? 10_000,
    max_protocol_fee_bps: schedule.maxProtocolFeeBps ?? 10_000,
  };
}

const find = (...seeds: Uint8Array[]): PublicKey =>
  PublicKey.findProgramAddressSync(seeds, PROGRAM_ID)[0];
const text = (seed: string): Uint8Array => new TextEncoder().encode(seed);

export const configAddress = (): PublicKey => find(text("config"));
export const gatewayAddress = (authority: PublicKey): PublicKey =>
  find(text("gateway"), authority.toBytes());
export const userPaymentAddress = (owner: PublicKey, mint: PublicKey): PublicKey =>
  find(text("user_payment"), owner.toBytes(), mint.toBytes());
export const policyAddress = (userPayment: PublicKey, policyId: number): PublicKey => {
  const id = new Uint8Array(4);
  new DataView(id.buffer).setUint32(0, policyId, true);
  return find(text("payment_policy"), userPayment.toBytes(), id);
};
export const escrowAddress = (policy: PublicKey): PublicKey =>
  find(text("escrow"), policy.toBytes());

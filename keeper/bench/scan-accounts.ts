/** Generates the accounts of many policies on demand: none is held in memory, and each is the same at every read. */
import { createHash } from "node:crypto";
import {
  ACCOUNT_SIZE,
  FUNDING_KIND_HELD,
  getConfigPda,
  POLICY_OFFSET,
  PROGRAM_ID,
} from "@milepost/sdk";
import { SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import BN from "bn.js";
import bs58 from "bs58";
import { bytesOf, config, escrow, key, policy } from "../test/harness/accounts";
import { NOW } from "../test/harness/plans";

/** Chain time of the bench at its start, in Unix seconds. */
export const CHAIN_START = NOW;

/** Bytes that an account must have at the offset. */
export interface Memcmp {
  offset: number;
  bytes: Buffer;
}

const POLICY_ID_OFFSET = 306;
const BUMP_OFFSET = 330;
/** The bump that the keeper's sample looks for, and another one. */
const BUMPS = { sampled: 247, other: 255 };
const OWNERS = 1_000;
const DAY = 86_400n;
const FIRST_DAY = 4n;
const DAYS = 361;
const ESCROW_POLICY_OFFSET = 8;
/** Multiplier of a permutation of the 32-bit numbers, and its inverse. */
const SCRAMBLE = 0x9e3779b1;
const UNSCRAMBLE = inverseOf(SCRAMBLE);
const SAMPLE_BITS = 9;

/** The accounts of `count` policies, of which every `heldEvery`th is held; 0 for none. */
export class ScanAccounts {
  private constructor(
    readonly count: number,
    private readonly heldEvery: number,
    private readonly owners: readonly Buffer[],
    private readonly templates: { delegated: Buffer; held: Buffer; escrow: Buffer; config: Buffer },
  ) {}

  static async create(count: number, heldEvery: number): Promise<ScanAccounts> {
    const submittedAt = new BN((NOW + FIRST_DAY * DAY).toString());
    const templates = {
      delegated: await bytesOf("paymentPolicy", policy()),
      held: await bytesOf(
        "paymentPolicy",
        policy({ releaseCondition: 4 }, { fundingKind: FUNDING_KIND_HELD }),
      ),
      escrow: await bytesOf(
        "escrow",
        escrow(key("any"), { state: { submitted: {} }, submittedAt }),
      ),
      config: await bytesOf("programConfig", config()),
    };
    const owners = Array.from({ length: OWNERS }, (_, index) => hashOf(`owner ${index}`));
    return new ScanAccounts(count, heldEvery, owners, templates);
  }

  /** Returns the policies that pass the filters, with their addresses in base58. */
  *find(filters: readonly Memcmp[]): Generator<{ address: string; data: Buffer }> {
    const byte = (offset: number) => filters.find((each) => each.offset === offset)?.bytes[0];
    const [recipient, owner] = [byte(POLICY_OFFSET.recipient), byte(POLICY_OFFSET.userPayment)];
    const [policyId, bump] = [byte(POLICY_ID_OFFSET), byte(BUMP_OFFSET)];
    const step = recipient === undefined ? 1 : 256;
    for (let index = recipient ?? 0; index < this.count; index += step) {
      if (owner !== undefined && this.owners[index % OWNERS]![0] !== owner) continue;
      if (policyId !== undefined && (policyIdOf(index) & 0xff) !== policyId) continue;
      if (bump !== undefined && bumpOf(index) !== bump) continue;
      yield { address: bs58.encode(addressOf(index)), data: this.policy(index) };
    }
  }

  /** Returns the accounts at these addresses. A request names policies first and then their escrows. */
  read(addresses: readonly string[], chainNow: bigint, slot: number): (Buffer | null)[] {
    const half = addresses.length / 2;
    return addresses.map((address, place) => {
      if (address === getConfigPda(PROGRAM_ID)[0].toBase58()) return this.templates.config;
      if (address === SYSVAR_CLOCK_PUBKEY.toBase58()) return clock(chainNow, slot);
      const index = this.indexOf(address);
      if (index !== null) return this.policy(index);
      const of = this.indexOf(addresses[place - half] ?? "");
      if (of === null) return null;
      const data = Buffer.from(this.templates.escrow);
      addressOf(of).copy(data, ESCROW_POLICY_OFFSET);
      return data;
    });
  }

  private indexOf(address: string): number | null {
    if (address === "") return null;
    const bytes = Buffer.from(bs58.decode(address));
    const index = Math.imul(bytes.readUInt32BE(0), UNSCRAMBLE) >>> 0;
    return index < this.count && addressOf(index).equals(bytes) ? index : null;
  }

  private policy(index: number): Buffer {
    const isHeld = this.heldEvery > 0 && index % this.heldEvery === 0;
    const data = Buffer.from(isHeld ? this.templates.held : this.templates.delegated);
    this.owners[index % OWNERS]!.copy(data, POLICY_OFFSET.userPayment);
    hashOf(`recipient ${index}`).copy(data, POLICY_OFFSET.recipient);
    data[POLICY_OFFSET.recipient] = index & 0xff;
    data.writeUInt32LE(policyIdOf(index), POLICY_ID_OFFSET);
    data[BUMP_OFFSET] = bumpOf(index);
    const days = BigInt(Math.floor((scrambled(index) / 2 ** 32) * DAYS));
    const due = NOW + (FIRST_DAY + days) * DAY;
    for (const milestone of [0n, 1n]) {
      const at = POLICY_OFFSET.milestoneTimestamps + 8 * Number(milestone);
      data.writeBigInt64LE(due + milestone * DAY, at);
    }
    return data;
  }
}

/** Returns the owner of an account of the given size, base58. */
export function ownerOf(data: Buffer): string {
  return data.length === CLOCK_BYTES
    ? "Sysvar1111111111111111111111111111111111111"
    : PROGRAM_ID.toBase58();
}

const CLOCK_BYTES = 40;

function clock(now: bigint, slot: number): Buffer {
  const data = Buffer.alloc(CLOCK_BYTES);
  data.writeBigUInt64LE(BigInt(slot), 0);
  data.writeBigInt64LE(now, 32);
  return data;
}

function addressOf(index: number): Buffer {
  const bytes = hashOf(`policy ${index}`);
  bytes.writeUInt32BE(scrambled(index), 0);
  return bytes;
}

const hashOf = (text: string) => createHash("sha256").update(text).digest();
const scrambled = (index: number) => Math.imul(index, SCRAMBLE) >>> 0;
const policyIdOf = (index: number) => Math.floor(index / OWNERS) + 1;
const bumpOf = (index: number) =>
  scrambled(index) >>> (32 - SAMPLE_BITS) === 0 ? BUMPS.sampled : BUMPS.other;

/** Returns the inverse of an odd number modulo 2^32, by Newton's iteration. */
function inverseOf(odd: number): number {
  let inverse = odd;
  for (let step = 0; step < 5; step += 1) {
    inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  }
  return inverse >>> 0;
}

/** Bytes of a policy's account, for the answers' `space`. */
export const POLICY_BYTES = ACCOUNT_SIZE.paymentPolicy;

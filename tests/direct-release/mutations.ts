/** Random faults of a release: in its list of accounts, in the accounts themselves, in its data. */
import { type AccountMeta, PublicKey, SystemProgram } from "@solana/web3.js";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { type ChainAccount, PROGRAM_ID } from "../harness";
import type { Random } from "./random";
import type { Release, Stage } from "./stage";

export interface Input {
  name: string;
  keys: AccountMeta[];
  milestoneIndex: number;
  /** Accounts that differ from the stage's, by address in base58. */
  changed: Map<string, ChainAccount>;
}

/** Offsets at which an account's type, owner, mint, state or amounts are. Others are tried as well. */
const OFFSETS = [0, 8, 32, 40, 44, 45, 64, 72, 76, 104, 108, 121, 184, 233, 313, 384];
const OWNERS = [PROGRAM_ID, SystemProgram.programId, TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID];
/** Mostly the current milestone. */
const INDEXES = [...Array<number>(20).fill(0), 1, 3, 4, 255];

type KeyFault = (random: Random, keys: AccountMeta[], stage: Stage) => AccountMeta[];
type AccountFault = (random: Random, account: ChainAccount) => ChainAccount;

const replaced = (keys: AccountMeta[], at: number, change: Partial<AccountMeta>): AccountMeta[] =>
  keys.map((key, position) => (position === at ? { ...key, ...change } : key));

const KEY_FAULTS: Record<string, KeyFault> = {
  swapped: (random, keys) => {
    const [a, b] = [random.below(keys.length), random.below(keys.length)];
    const [first, second] = [keys[a]!, keys[b]!];
    return replaced(replaced(keys, a, { pubkey: second.pubkey }), b, { pubkey: first.pubkey });
  },
  aliased: (random, keys) =>
    replaced(keys, random.below(keys.length), { pubkey: random.pick(keys).pubkey }),
  foreign: (random, keys, { pool }) =>
    replaced(keys, random.below(keys.length), { pubkey: random.pick(pool) }),
  unsigned: (_, keys) => replaced(keys, 0, { isSigner: false }),
  readOnly: (random, keys) => replaced(keys, random.below(keys.length), { isWritable: false }),
  writable: (random, keys) => replaced(keys, random.below(keys.length), { isWritable: true }),
  short: (random, keys) => keys.slice(0, keys.length - 1 - random.below(3)),
  long: (random, keys, { pool }) => [
    ...keys,
    { pubkey: random.pick(pool), isSigner: false, isWritable: random.below(2) === 0 },
  ],
};

const ACCOUNT_FAULTS: Record<string, AccountFault> = {
  owner: (random, account) => ({ ...account, owner: random.pick(OWNERS) }),
  discriminator: (random, account) => withByte(account, random.below(8), random.below(256)),
  byte: (random, account) => withByte(account, offsetIn(random, account), random.below(256)),
  bit: (random, account) => {
    const at = offsetIn(random, account);
    return withByte(account, at, (account.data[at] ?? 0) ^ (1 << random.below(8)));
  },
  cut: (random, account) => ({
    ...account,
    data: account.data.subarray(0, random.below(account.data.length + 1)),
  }),
  grown: (random, account) => ({
    ...account,
    data: Buffer.concat([account.data, Buffer.alloc(1 + random.below(200), random.below(3))]),
  }),
  zeroed: (_, account) => ({ ...account, data: Buffer.alloc(account.data.length) }),
};

function offsetIn(random: Random, { data }: ChainAccount): number {
  return random.below(2) === 0 ? random.pick(OFFSETS) : random.below(Math.max(1, data.length));
}

function withByte(account: ChainAccount, at: number, value: number): ChainAccount {
  if (at >= account.data.length) return account;
  const data = Buffer.from(account.data);
  data[at] = value;
  return { ...account, data };
}

/** Generates a release with up to three faults. One in eight has none. */
export function generate(random: Random, stage: Stage): Input {
  const release: Release = random.pick(stage.releases);
  const names = [release.name];
  const changed = new Map<string, ChainAccount>();
  let { keys } = release;
  const faults = [0, 1, 1, 1, 1, 2, 2, 3][random.below(8)]!;
  for (let fault = 0; fault < faults; fault += 1) {
    if (random.below(2) === 0) {
      const name = random.pick(Object.keys(KEY_FAULTS));
      keys = KEY_FAULTS[name]!(random, keys, stage);
      names.push(name);
    } else {
      const address = random.pick(keys).pubkey.toBase58();
      const account = changed.get(address) ?? stage.accounts.get(address);
      if (!account || account.executable) continue;
      const name = random.pick(Object.keys(ACCOUNT_FAULTS));
      changed.set(address, ACCOUNT_FAULTS[name]!(random, account));
      names.push(`${name} ${address}`);
    }
  }
  return { name: names.join(", "), keys, milestoneIndex: random.pick(INDEXES), changed };
}

/** Sets the accounts that an input changes, and returns how to put them back. */
export function apply(
  { changed }: Input,
  stage: Stage,
  set: (address: PublicKey, account: ChainAccount) => void,
): () => void {
  for (const [address, account] of changed) set(new PublicKey(address), account);
  return () => {
    for (const address of changed.keys()) {
      set(new PublicKey(address), stage.accounts.get(address)!);
    }
  };
}

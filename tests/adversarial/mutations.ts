/** Everything that can be wrong with one account of a call, and with two of them, generated from the IDL. */
import { AccountMeta, PublicKey } from "@solana/web3.js";
import { TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import { ChainAccount, fixedKeypair, writeTokenAccount } from "../harness";
import { PROGRAM_ID } from "../world";
import type { Call } from "./calls";
import { isTrailing, Kind, Slot, slotsOf } from "./kinds";
import type { Stage } from "./stage";

/** The accounts of a changed call, in wire order. */
export type Change = (stage: Stage, call: Call) => Promise<AccountMeta[]> | AccountMeta[];

export interface Mutation {
  slot: Slot;
  /** What is wrong, as the tables in `verdicts/` name it. */
  name: string;
  change: Change;
}

const keysOf = (call: Call): AccountMeta[] => call.instruction.keys.map((key) => ({ ...key }));

/** Who stands in for the right account. */
type Impostor = (stage: Stage, call: Call, slot: Slot) => PublicKey | Promise<PublicKey>;

const purse = (stage: Stage, call: Call, slot: Slot) =>
  stage.purses[call.parties[slot.name] ?? call.parties["token_account"] ?? "owner"];

const EVERYWHERE: Record<string, Impostor> = {
  "an empty address": () => fixedKeypair("adversarial/nobody").publicKey,
  "a stranger's wallet": (stage) => stage.key("intruder"),
  "the program itself": () => PROGRAM_ID,
  "another gateway": (stage) => stage.otherGateway,
  "another owner's UserPayment": (stage) => stage.userPayments.ofOtherOwner,
  "the UserPayment of another mint": (stage) => stage.userPayments.ofOtherMint,
  "another owner's policy": (stage) => stage.policies.ofOtherOwner,
  "the policy of another mint": (stage) => stage.policies.ofOtherMint,
  "the policy of another gateway": (stage) => stage.policies.ofOtherGateway,
  "the owner's other policy": (stage) => stage.policies.sibling,
  "the owner's other held policy": (stage) => stage.held.sibling.policy.address,
  "another owner's escrow": (stage) => stage.held.ofOtherOwner.escrow,
  "the escrow of the owner's other policy": (stage) => stage.held.sibling.escrow,
  "the vault of the owner's other policy": (stage) => stage.held.sibling.vault,
  "the escrow's token account beside its vault": (stage, call) =>
    stage.held.besideVaultOf(call.accounts["escrow"]),
  "another mint": (stage) => stage.otherMint.address,
  "another owner's token account": (stage) => stage.otherOwnersTokens,
  "its owner's token account of another mint": (...at) => purse(...at).ofOtherMint,
  "its owner's Token-2022 account": (...at) => purse(...at).ofToken2022,
  "its owner's second token account": (...at) => purse(...at).second,
  "the other token program": () => TOKEN_2022_PROGRAM_ID,
  "a fake token program": (stage) => stage.fakeTokenProgram,
};

/** A changed copy of the right account, at another address. */
const copy =
  (label: string, edit: (account: ChainAccount, stage: Stage) => ChainAccount): Impostor =>
  async (stage, call, slot) => {
    const { chain } = stage.world;
    const right = await chain.getAccount(call.accounts[slot.name] as PublicKey);
    if (!right) throw new Error(`${slot.instruction}.${slot.name} has nothing to copy`);
    const address = fixedKeypair(`adversarial/${label}/${slot.instruction}/${slot.name}`).publicKey;
    await chain.setAccount(address, edit(right, stage));
    return address;
  };

const COPIES: Record<string, Impostor> = {
  "its bytes under another program": copy("copy", (right, stage) => ({
    ...right,
    owner: stage.fakeTokenProgram,
  })),
  "zero bytes under the right program": copy("zeroed", (right) => ({
    ...right,
    data: Buffer.alloc(right.data.length),
  })),
};

const isProgram = async (stage: Stage, address: PublicKey): Promise<boolean> =>
  (await stage.world.chain.getAccount(address))?.executable ?? false;

/**
 * Puts `address` into a slot with the flags an attacker could give it: no one signs for an address without a
 * keypair, and runtimes refuse or ignore write locks on programs.
 */
async function put(
  stage: Stage,
  keys: AccountMeta[],
  slot: Slot,
  address: PublicKey,
): Promise<AccountMeta[]> {
  keys[slot.index] = {
    pubkey: address,
    isSigner: slot.isSigner && stage.keypairOf(address) !== undefined,
    isWritable: slot.isWritable && !(await isProgram(stage, address)),
  };
  return keys;
}

const substitute =
  (slot: Slot, impostor: Impostor): Change =>
  async (stage, call) =>
    put(stage, keysOf(call), slot, await impostor(stage, call, slot));

function flagged(slot: Slot, flag: "isSigner" | "isWritable"): Change {
  return (_, call) => {
    const keys = keysOf(call);
    (keys[slot.index] as AccountMeta)[flag] = false;
    return keys;
  };
}

/** Something sits at the right address of an account that does not exist yet. */
const occupied =
  (slot: Slot, account: (stage: Stage) => Partial<ChainAccount>): Change =>
  async (stage, call) => {
    await stage.world.chain.setAccount(call.accounts[slot.name] as PublicKey, {
      lamports: 5_000_000n,
      data: Buffer.alloc(0),
      owner: PublicKey.default,
      executable: false,
      ...account(stage),
    });
    return keysOf(call);
  };

/** A stranger creates the vault before the escrow, which anyone may do, and puts tokens in. */
const premade: Change = async (stage, call) => {
  const address = call.accounts["vault"] as PublicKey;
  const owner = call.accounts["escrow"] as PublicKey;
  const { chain, testMint } = stage.world;
  await writeTokenAccount(chain, testMint, owner, { address, amount: 7n });
  return keysOf(call);
};

const COPYLESS: Kind[] = [
  "signer",
  "wallet",
  "vacant",
  "vacant_vault",
  "token_program",
  "system_program",
  "associated_token_program",
];

/** Whether a copy of the slot's account would be another account of the same kind. */
const hasCopies = (slot: Slot): boolean =>
  // A delegated policy's call has no escrow to copy.
  !COPYLESS.includes(slot.kind) && `${slot.instruction}.${slot.name}` !== "execute_payment.escrow";

/** One account too few. Where more may follow the others, they can fill the gap. */
function leftOut(slot: Slot): Record<string, Change> {
  const without: Change = (_, call) => keysOf(call).filter((_key, i) => i !== slot.index);
  const trailing = slotsOf(slot.instruction).filter(isTrailing);
  if (trailing.length === 0 || isTrailing(slot)) return { missing: without };
  const left = [slot, ...trailing].map(({ index }) => index);
  const withoutAll: Change = (_, call) => keysOf(call).filter((_key, i) => !left.includes(i));
  return { missing: withoutAll, "missing, and the next ones move up": without };
}

/** What can be wrong with one account. */
export function mutationsOf(slot: Slot): Mutation[] {
  const mutations: Record<string, Change> = {};
  if (slot.isSigner) mutations["unsigned"] = flagged(slot, "isSigner");
  if (slot.isWritable) mutations["read-only"] = flagged(slot, "isWritable");
  Object.assign(mutations, leftOut(slot));
  for (const [name, impostor] of Object.entries(EVERYWHERE)) {
    mutations[name] = substitute(slot, impostor);
  }
  if (slot.kind !== "config") {
    mutations["a config"] = substitute(slot, (stage) => stage.strayConfig);
  }
  if (hasCopies(slot)) {
    for (const [name, impostor] of Object.entries(COPIES)) {
      mutations[name] = substitute(slot, impostor);
    }
  }
  if (slot.kind === "vacant") {
    mutations["already funded by somebody"] = occupied(slot, () => ({ lamports: 1n }));
    mutations["already funded beyond its rent"] = occupied(slot, () => ({ lamports: 10n ** 9n }));
    mutations["already assigned to another program"] = occupied(slot, (stage) => ({
      owner: stage.fakeTokenProgram,
    }));
    mutations["already allocated"] = occupied(slot, () => ({ data: Buffer.alloc(1) }));
    mutations["already ours"] = occupied(slot, () => ({
      owner: PROGRAM_ID,
      data: Buffer.alloc(384),
    }));
  }
  if (slot.kind === "vacant_vault") {
    mutations["already funded by somebody"] = occupied(slot, () => ({ lamports: 1n }));
    mutations["already funded beyond its rent"] = occupied(slot, () => ({ lamports: 10n ** 9n }));
    mutations["already made, and with money in it"] = premade;
    mutations["already assigned to another program"] = occupied(slot, (stage) => ({
      owner: stage.fakeTokenProgram,
    }));
  }
  return Object.entries(mutations).map(([name, change]) => ({ slot, name, change }));
}

/** Each slot given the key of each other slot. */
export function duplicatesOf(instruction: string): { slot: Slot; other: Slot; change: Change }[] {
  const slots = slotsOf(instruction);
  return slots.flatMap((slot) =>
    slots
      .filter((other) => other !== slot)
      .map((other) => ({
        slot,
        other,
        change: (stage: Stage, call: Call) =>
          put(stage, keysOf(call), slot, call.accounts[other.name] as PublicKey),
      })),
  );
}

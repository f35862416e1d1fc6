/** Instructions of the token programs, the System program and the other programs that every wallet knows, in words. */
import {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@milepost/sdk";
import { ComputeBudgetProgram, PublicKey, SystemProgram } from "@solana/web3.js";
import type { DecodedDetail, DecodedStep, DecodeLookups } from "./decoded-transaction";
import { addressDetail, amountDetail, solDetail, textDetail } from "./details";
import type { MessageInstruction } from "./read-message";

const MEMO_PROGRAMS = [
  "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
  "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
];

interface Read {
  key(index: number): PublicKey;
  view: DataView;
  lookups: DecodeLookups;
  /** Mint of the token account at an index, where it is known. */
  mintOf(index: number): string | undefined;
}

type Describe = (read: Read) => DecodedDetail[];
/** Number of data bytes, least number of accounts, name, title, facts. */
type Layout = readonly [
  size: number,
  accounts: number,
  name: string,
  title: string,
  describe: Describe,
];

const u64At1 = ({ view }: Read) => view.getBigUint64(1, true);
const mintAt1 = ({ key }: Read) => key(1).toBase58();
const address = (label: string, index: number) => (read: Read) =>
  addressDetail(label, read.key(index));
const dataAddress =
  (label: string, at: number) =>
  ({ view }: Read) =>
    addressDetail(label, new PublicKey(new Uint8Array(view.buffer, view.byteOffset + at, 32)));
/** The owner of the account has the money in it, also what its deposit becomes as wrapped SOL. */
const newAccount =
  (owner: Describe): Describe =>
  (read) => [...address("Token account", 0)(read), ...address("Token", 1)(read), ...owner(read)];

const TOKEN: Readonly<Record<number, Layout>> = {
  1: [1, 4, "initializeAccount", "Prepare a token account", newAccount(address("Owner", 2))],
  3: [
    9,
    3,
    "transfer",
    "Transfer tokens",
    (read) => [
      amountDetail("Amount", u64At1(read), read.mintOf(0) ?? read.mintOf(1), read.lookups),
      ...address("From the token account", 0)(read),
      ...address("To the token account", 1)(read),
    ],
  ],
  4: [
    9,
    3,
    "approve",
    "Let another account spend tokens",
    (read) => [
      amountDetail("At most", u64At1(read), read.mintOf(0), read.lookups),
      ...address("From the token account", 0)(read),
      ...address("Spender", 1)(read),
    ],
  ],
  5: [
    1,
    2,
    "revoke",
    "Withdraw a permission to spend tokens",
    address("From the token account", 0),
  ],
  9: [
    1,
    3,
    "closeAccount",
    "Close a token account",
    (read) => [...address("Token account", 0)(read), ...address("Its deposit goes to", 1)(read)],
  ],
  12: [
    10,
    4,
    "transferChecked",
    "Transfer tokens",
    (read) => [
      amountDetail("Amount", u64At1(read), mintAt1(read), read.lookups),
      ...address("From the token account", 0)(read),
      ...address("To the token account", 2)(read),
    ],
  ],
  13: [
    10,
    4,
    "approveChecked",
    "Let another account spend tokens",
    (read) => [
      amountDetail("At most", u64At1(read), mintAt1(read), read.lookups),
      ...address("From the token account", 0)(read),
      ...address("Spender", 2)(read),
    ],
  ],
  16: [33, 3, "initializeAccount2", "Prepare a token account", newAccount(dataAddress("Owner", 1))],
  17: [1, 1, "syncNative", "Count wrapped SOL", address("Token account", 0)],
  18: [33, 2, "initializeAccount3", "Prepare a token account", newAccount(dataAddress("Owner", 1))],
};

const ASSOCIATED: Layout = [
  0,
  6,
  "create",
  "Create a token account",
  (read) => [
    ...address("Owner", 2)(read),
    ...address("Token", 3)(read),
    ...address("Token account", 1)(read),
    ...address("Deposit paid by", 0)(read),
  ],
];

const SYSTEM: Readonly<Record<number, Layout>> = {
  0: [
    52,
    2,
    "createAccount",
    "Create an account",
    (read) => [
      ...address("Account", 1)(read),
      solDetail("Deposit", read.view.getBigUint64(4, true)),
      ...address("Paid by", 0)(read),
      ...dataAddress("Program that controls it", 20)(read),
    ],
  ],
  2: [
    12,
    2,
    "transfer",
    "Transfer SOL",
    (read) => [
      solDetail("Amount", read.view.getBigUint64(4, true)),
      ...address("From", 0)(read),
      ...address("To", 1)(read),
    ],
  ],
};

const BUDGET: Readonly<Record<number, Layout>> = {
  1: [5, 0, "requestHeapFrame", "Set the memory limit", () => []],
  2: [
    5,
    0,
    "setComputeUnitLimit",
    "Limit the computation",
    ({ view }) => [textDetail("Compute units", String(view.getUint32(1, true)))],
  ],
  3: [
    9,
    0,
    "setComputeUnitPrice",
    "Set the priority fee",
    ({ view }) => [
      textDetail("Micro-lamports per compute unit", view.getBigUint64(1, true).toString()),
    ],
  ],
  4: [5, 0, "setLoadedAccountsDataSizeLimit", "Limit the data that is read", () => []],
};

/** Returns an instruction of a program that every wallet knows, in words; null for any other. */
export function commonStep(
  instruction: MessageInstruction,
  lookups: DecodeLookups,
): DecodedStep | null {
  const { programId, keys, data } = instruction;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const program = programId.toBase58();
  const is = (id: PublicKey) => programId.equals(id);
  const read: Read = {
    key: (index) => keys[index]!.pubkey,
    view,
    lookups,
    mintOf: (index) => lookups.tokenAccounts?.[keys[index]!.pubkey.toBase58()]?.mint,
  };
  const step = (name: DecodedStep["program"], layout: Layout | undefined): DecodedStep | null => {
    if (!layout || data.length !== layout[0] || keys.length < layout[1]) return null;
    const [, , instructionName, title, describe] = layout;
    const isMinor = name === "compute-budget";
    return { program: name, name: instructionName, title, details: describe(read), isMinor };
  };
  if (is(TOKEN_PROGRAM_ID) || is(TOKEN_2022_PROGRAM_ID)) return step("token", TOKEN[data[0] ?? -1]);
  if (is(SystemProgram.programId)) {
    return data.length < 4 ? null : step("system", SYSTEM[view.getUint32(0, true)]);
  }
  if (is(ComputeBudgetProgram.programId)) return step("compute-budget", BUDGET[data[0] ?? -1]);
  if (is(ASSOCIATED_TOKEN_PROGRAM_ID)) return associatedStep(data, step);
  return MEMO_PROGRAMS.includes(program) ? memoStep(data) : null;
}

/** No data or 0 creates the account, 1 only where it is missing. */
function associatedStep(
  data: Uint8Array,
  step: (name: "associated-token", layout: Layout) => DecodedStep | null,
): DecodedStep | null {
  if (data.length > 1 || (data[0] ?? 0) > 1) return null;
  const [, accounts, name, title, describe] = ASSOCIATED;
  const isIdempotent = data[0] === 1;
  return step("associated-token", [
    data.length,
    accounts,
    isIdempotent ? "createIdempotent" : name,
    isIdempotent ? `${title} if it is missing` : title,
    describe,
  ]);
}

function memoStep(data: Uint8Array): DecodedStep | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
    const details = [textDetail("Text", text)];
    return { program: "memo", name: "memo", title: "Add a public note", details, isMinor: false };
  } catch {
    return null;
  }
}

/** Returns compute limit and price that an instruction sets, for the fee. */
export function budgetOf({ programId, data }: MessageInstruction): {
  limit?: bigint;
  price?: bigint;
} {
  if (!programId.equals(ComputeBudgetProgram.programId)) return {};
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data[0] === 2 && data.length === 5) return { limit: BigInt(view.getUint32(1, true)) };
  if (data[0] === 3 && data.length === 9) return { price: view.getBigUint64(1, true) };
  return {};
}

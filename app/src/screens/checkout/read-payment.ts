/** Reads a payment's transaction from the very bytes that the wallet is asked to sign. */
import { decodeInstruction, type DecodedInstruction } from "@milepost/sdk";
import { VersionedTransaction } from "@solana/web3.js";
import type { OtherInstruction, ReadPayment } from "./compare-payment";

const COMPUTE_BUDGET = "ComputeBudget111111111111111111111111111111";
const ASSOCIATED_TOKEN = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";

/** Discriminators of the two creations of an associated token account, of which the first may be left out. */
const isCreation = (data: Uint8Array): boolean =>
  data.length === 0 || (data.length === 1 && data[0]! <= 1);

/** An instruction of another program, with its addresses. */
interface RawOther {
  program: string;
  accounts: readonly string[];
  data: Uint8Array;
}

/** Whose token account the payer pays a deposit for matters: its owner can close it and keep the deposit. */
const isHarmless = ({ program, accounts, data }: RawOther, used: ReadonlySet<string>): boolean =>
  program === COMPUTE_BUDGET ||
  program === MEMO ||
  (program === ASSOCIATED_TOKEN && isCreation(data) && used.has(accounts[1] ?? ""));

/** Reads the bytes. Throws an `Error` for bytes with lookup tables, whose addresses the page could not show. */
export function readPayment(bytes: Uint8Array): ReadPayment {
  const { message } = VersionedTransaction.deserialize(bytes);
  if (message.addressTableLookups.length > 0) {
    throw new Error("expected a transaction without lookup tables");
  }
  const keys = message.staticAccountKeys;
  const milepost: DecodedInstruction[] = [];
  const others: RawOther[] = [];
  for (const { programIdIndex, accountKeyIndexes, data } of message.compiledInstructions) {
    const programId = keys[programIdIndex]!;
    const accounts = accountKeyIndexes.map((index) => ({ pubkey: keys[index]! }));
    const decoded = decodeInstruction({ programId, keys: accounts, data });
    if (decoded) milepost.push(decoded);
    else {
      const addresses = accounts.map(({ pubkey }) => pubkey.toBase58());
      others.push({ program: programId.toBase58(), accounts: addresses, data });
    }
  }
  const used = new Set(
    milepost.flatMap(({ accounts }) =>
      Object.values(accounts).flatMap((key) => (key ? [key.toBase58()] : [])),
    ),
  );
  const signers = keys.slice(0, message.header.numRequiredSignatures).map((key) => key.toBase58());
  const judged = others.map((other): OtherInstruction => ({
    program: other.program,
    isHarmless: isHarmless(other, used),
  }));
  return { feePayer: signers[0]!, signers, milepost, others: judged };
}

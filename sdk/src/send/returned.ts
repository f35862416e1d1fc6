import {
  ComputeBudgetProgram,
  type Transaction,
  type TransactionInstruction,
  VersionedTransaction,
} from "@solana/web3.js";
import { addressKey } from "../codec/address-key";
import { MilepostErrorCode } from "../errors/codes";
import { SendError } from "../errors/send";
import { type Draft, type ReadInstruction, readInstructions } from "./message";

/**
 * Reads what a wallet returned, which may come from another copy of web3.js.
 * Throws `SendError` (`SendWalletUnsigned`) for anything that is not a transaction.
 */
export function readReturned(returned: unknown): VersionedTransaction {
  try {
    // Both classes have it; only the legacy one checks signatures in it.
    const options = { requireAllSignatures: false, verifySignatures: false };
    return VersionedTransaction.deserialize((returned as Transaction).serialize(options));
  } catch (cause) {
    throw new SendError(
      MilepostErrorCode.SendWalletUnsigned,
      "The wallet returned no transaction.",
      {
        cause,
        metaMessages: ["Hint: nothing was sent; try again, or use another wallet."],
      },
    );
  }
}

/**
 * Checks that a wallet returned what it was asked to sign. It may add instructions, such as its guards, change compute
 * budget and blockhash, and nothing else: the payer and the caller's instructions stay, in their order.
 * Throws `SendError`: `SendWalletWrongAccount`, `SendWalletChangedTransaction`.
 */
export function requireSame(draft: Draft, returned: VersionedTransaction): void {
  const payer = returned.message.staticAccountKeys[0];
  if (!payer?.equals(draft.payer)) {
    throw new SendError(
      MilepostErrorCode.SendWalletWrongAccount,
      `The wallet made ${payer?.toBase58() ?? "nobody"} pay the fee instead of ${draft.payer.toBase58()}.`,
      { metaMessages: ["Hint: nothing was sent; choose the right account in the wallet."] },
    );
  }
  const changed = placesOf(draft, returned).indexOf(null);
  if (changed === -1) return;
  throw new SendError(
    MilepostErrorCode.SendWalletChangedTransaction,
    `The wallet removed or changed instruction ${changed}.`,
    { metaMessages: ["Hint: nothing was sent; try again, or use another wallet."] },
  );
}

/**
 * Returns where each instruction of the draft stands in the transaction, null for one that is not there after those
 * before it. Compute budget instructions may be anywhere or gone: a wallet may know better what the network asks, and
 * its guards need a higher limit.
 */
export function placesOf(draft: Draft, { message }: VersionedTransaction): (number | null)[] {
  const found = readInstructions(message, draft.lookupTables);
  let next = 0;
  return draft.instructions.map((instruction) => {
    const isBudget = instruction.programId.equals(ComputeBudgetProgram.programId);
    const place = found.findIndex((other, at) => at >= next && isSame(instruction, other));
    if (place === -1) return isBudget ? -1 : null;
    if (!isBudget) next = place + 1;
    return place;
  });
}

function isSame({ programId, keys, data }: TransactionInstruction, other: ReadInstruction) {
  return (
    other.program === addressKey(programId) &&
    other.accounts.length === keys.length &&
    keys.every(({ pubkey }, index) => addressKey(pubkey) === other.accounts[index]) &&
    other.data.length === data.length &&
    data.every((byte, index) => byte === other.data[index])
  );
}

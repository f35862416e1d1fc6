/** Transaction errors as web3.js shapes them, out of the sentences a validator prints. */
import {
  INSTRUCTION_ERRORS,
  type InstructionErrorDetail,
  TRANSACTION_ERRORS,
  type TransactionError,
} from "../../localnet/src/chain/transaction-error";

export {
  /** The inverse of `parseTransactionError`. */
  describeTransactionError,
  INSTRUCTION_ERROR_NAMES,
  type InstructionErrorDetail,
  TRANSACTION_ERROR_NAMES,
  type TransactionError,
} from "../../localnet/src/chain/transaction-error";

export const isBuiltinErrorName = (name: string): boolean =>
  name in TRANSACTION_ERRORS || name in INSTRUCTION_ERRORS;

const nameOf = (table: Record<string, string>, sentence: string): string | undefined =>
  Object.keys(table).find((name) => table[name] === sentence);

function parseInstructionError(sentence: string): InstructionErrorDetail {
  const custom = /^custom program error: (0x[0-9a-f]+)$/.exec(sentence);
  if (custom) return { Custom: Number(custom[1]) };
  // Older runtimes append the inner borsh message, which RPC nodes drop.
  if (sentence.startsWith(`${INSTRUCTION_ERRORS.BorshIoError}`)) return "BorshIoError";
  const name = nameOf(INSTRUCTION_ERRORS, sentence);
  if (name === undefined) throw new Error(`unknown instruction error: "${sentence}"`);
  return name;
}

/**
 * Reads the sentence a validator prints for a failed transaction.
 * @example parseTransactionError("Error processing Instruction 0: custom program error: 0x1770")
 *   // { InstructionError: [0, { Custom: 6000 }] }
 */
export function parseTransactionError(sentence: string): TransactionError {
  const instruction = /^Error processing Instruction (\d+): ([^]+)$/.exec(sentence);
  if (instruction) {
    return {
      InstructionError: [Number(instruction[1]), parseInstructionError(instruction[2] as string)],
    };
  }
  const rent = /an account \((\d+)\) with insufficient funds for rent$/.exec(sentence);
  if (rent) return { InsufficientFundsForRent: { account_index: Number(rent[1]) } };
  const duplicate = /duplicate instruction \((\d+)\) that is not allowed$/.exec(sentence);
  if (duplicate) return { DuplicateInstruction: Number(duplicate[1]) };
  const restricted = /account at index (\d+) is temporarily restricted\.$/.exec(sentence);
  if (restricted) {
    return { ProgramExecutionTemporarilyRestricted: { account_index: Number(restricted[1]) } };
  }
  const name = nameOf(TRANSACTION_ERRORS, sentence);
  if (name === undefined) throw new Error(`unknown transaction error: "${sentence}"`);
  return name;
}

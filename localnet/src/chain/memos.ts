/** The memos of a transaction, as nodes show them in the list of an address's signatures. */
import { parseTransaction } from "./wire";

const MEMO_PROGRAMS = [
  "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
  "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
];

/**
 * Returns each memo with its length in bytes, as `[5] hello; [2] hi`; null when there is none. As on a node, memos of
 * inner instructions are left out.
 */
export function memosOf(wire: Buffer): string | null {
  const { staticKeys, instructions } = parseTransaction(wire).message;
  const memos = instructions
    .filter(({ programIdIndex }) => MEMO_PROGRAMS.includes(staticKeys[programIdIndex] ?? ""))
    .map(({ data }) => `[${data.length}] ${textOf(data)}`);
  return memos.length > 0 ? memos.join("; ") : null;
}

function textOf(data: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return "(unparseable)";
  }
}

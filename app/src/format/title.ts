/** Title of a payment, which its payer wrote into the memo on chain. */
import { decodeMemo } from "@milepost/sdk";

/** Memo of a gateway: a hash of its own id, which tells a person nothing. */
const GATEWAY_MEMO = /^mp1:[0-9a-f]+$/;

/** Returns the title, or null where the memo has none. */
export function titleOf(memo: number[]): string | null {
  const text = decodeMemo(memo).trim();
  return text === "" || GATEWAY_MEMO.test(text) ? null : text;
}

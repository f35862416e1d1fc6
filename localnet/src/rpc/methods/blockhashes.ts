/** Blockhashes, and the fees of messages. */
import { BLOCKHASH_AGE } from "../../chain/clock";
import { feeOf } from "../../chain/fees";
import { parseMessage, WireError } from "../../chain/wire";
import { invalidParams } from "../errors";
import { inContext, type Methods } from "../method";
import { decodeBase64 } from "../params";

const MAX_FEE_ACCOUNTS = 128;

export const blockhashMethods = {
  getLatestBlockhash({ chain }) {
    const { hash, slot } = chain.clock.latest();
    return inContext(chain, { blockhash: hash, lastValidBlockHeight: slot + BLOCKHASH_AGE });
  },

  isBlockhashValid({ chain }, params) {
    return inContext(chain, chain.clock.isBlockhashValid(params.address(0)));
  },

  getFeeForMessage({ chain }, params) {
    const bytes = decodeBase64(params.text(0));
    if (!bytes) throw invalidParams("Invalid param: the message is not base64");
    try {
      const message = parseMessage(bytes);
      const isKnown = chain.clock.isBlockhashValid(message.blockhash);
      return inContext(chain, isKnown ? feeOf(message) : null);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw invalidParams(
        `failed to deserialize solana_message::VersionedMessage: ${error.message}`,
      );
    }
  },

  /** Returns, per recent slot, the lowest price of a landed transaction that wrote to one of these accounts. */
  getRecentPrioritizationFees({ chain }, params) {
    const wanted = params.listOr(0, () => params.addresses(0, MAX_FEE_ACCOUNTS), []);
    const oldest = Math.max(0, chain.slot - BLOCKHASH_AGE + 1);
    const lowest = new Map<number, bigint>();
    for (const { slot, accounts, writable, priorityPrice } of chain.history.since(oldest)) {
      const isWritten = (address: string) =>
        accounts.some((account, i) => account === address && writable[i]);
      if (wanted.length > 0 && !wanted.some(isWritten)) continue;
      const known = lowest.get(slot);
      if (known === undefined || priorityPrice < known) lowest.set(slot, priorityPrice);
    }
    return chain.clock
      .recentSlots()
      .filter(({ slot }) => slot >= oldest)
      .map(({ slot }) => ({ slot, prioritizationFee: lowest.get(slot) ?? 0n }))
      .reverse();
  },
} satisfies Methods;

/** Landed transactions: statuses, signatures per address, transactions and blocks. */
import type { LandedTransaction } from "../../chain/history";
import { memosOf } from "../../chain/memos";
import { invalidParams, RPC_CODE, RpcError } from "../errors";
import { inContext, type Methods } from "../method";
import { asInteger, asSignature, type Config } from "../params";
import { transactionView } from "../transaction-view";

const MAX_STATUSES = 256;
const MAX_SIGNATURES = 1_000;
const MAX_BLOCKS = 500_000;

export const historyMethods = {
  /** A landed transaction is final at once, and the search covers the whole history. */
  getSignatureStatuses({ chain }, params) {
    const statuses = params.signatures(0, MAX_STATUSES).map((signature) => {
      const landed = chain.history.get(signature);
      if (!landed) return null;
      return {
        slot: landed.slot,
        confirmations: null,
        err: landed.err,
        status: statusOf(landed),
        confirmationStatus: "finalized",
      };
    });
    return inContext(chain, statuses);
  },

  getSignaturesForAddress({ chain }, params) {
    const address = params.address(0);
    const { before, until, limit } = params.config(1);
    const wanted = limit === undefined || limit === null ? MAX_SIGNATURES : asInteger(limit);
    if (wanted === 0 || wanted > MAX_SIGNATURES) {
      throw invalidParams(`Invalid limit; max ${MAX_SIGNATURES}`);
    }
    let all = chain.history.newestFirst();
    // Both are resolved before the list is cut, so that an `until` newer than `before` is still found.
    const start = before === undefined || before === null ? 0 : indexOf(all, before) + 1;
    const end = until === undefined || until === null ? all.length : indexOf(all, until);
    all = all.slice(start, Math.max(end, start));
    return all
      .filter(({ accounts }) => accounts.includes(address))
      .slice(0, wanted)
      .map(({ signature, slot, err, blockTime, wire }) => ({
        signature,
        slot,
        err,
        memo: memosOf(Buffer.from(wire, "base64")),
        blockTime,
        confirmationStatus: "finalized",
      }));
  },

  getTransaction({ chain }, params) {
    const landed = chain.history.get(params.signature(0));
    const config = params.config(1);
    if (!landed) return null;
    const { slot, blockTime } = landed;
    return { slot, blockTime, ...transactionView(landed, encodingOf(config), maxVersion(config)) };
  },

  getBlock({ chain }, params) {
    const slot = params.integer(0);
    const config = params.config(1);
    if (slot > chain.slot) {
      throw new RpcError(RPC_CODE.blockNotAvailable, `Block not available for slot ${slot}`);
    }
    const made = chain.clock.recentSlots();
    const at = made.findIndex((one) => one.slot === slot);
    const block = made[at];
    if (!block) {
      throw new RpcError(
        RPC_CODE.slotSkipped,
        `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`,
      );
    }
    const parent = made[at + 1] ?? { slot: Math.max(0, slot - 1), hash: chain.genesisHash };
    return {
      blockhash: block.hash,
      previousBlockhash: parent.hash,
      parentSlot: parent.slot,
      blockHeight: slot,
      blockTime: chain.clock.timeOf(slot) ?? null,
      rewards: [],
      ...blockContent(chain.history.inSlot(slot), config),
    };
  },

  /** Returns the slots with a block that the history still has. */
  getBlocks({ chain }, params) {
    const start = params.integer(0);
    const end = params.integerOr(1, chain.slot);
    if (end - start > MAX_BLOCKS) throw invalidParams(`Slot range too large; max ${MAX_BLOCKS}`);
    return chain.clock
      .recentSlots()
      .map(({ slot }) => slot)
      .filter((slot) => slot >= start && slot <= end)
      .reverse();
  },
} satisfies Methods;

export const statusOf = ({ err }: LandedTransaction) =>
  err === null ? { Ok: null } : { Err: err };

/**
 * Returns the position where a page begins or ends. An unknown signature is an error, as of Agave 4: otherwise a
 * paging client would start over without noticing.
 */
function indexOf(all: LandedTransaction[], cursor: unknown): number {
  const signature = asSignature(cursor);
  const index = all.findIndex((landed) => landed.signature === signature);
  if (index >= 0) return index;
  throw new RpcError(RPC_CODE.filterTransactionNotFound, `Transaction ${signature} not found`);
}

const encodingOf = ({ encoding }: Config): unknown => encoding ?? "json";

const maxVersion = ({ maxSupportedTransactionVersion: version }: Config): number | null =>
  version === undefined || version === null ? null : asInteger(version);

function blockContent(landed: LandedTransaction[], config: Config) {
  const details = config.transactionDetails ?? "full";
  switch (details) {
    case "none":
      return {};
    case "signatures":
      return { signatures: landed.map(({ signature }) => signature) };
    case "full":
      return {
        transactions: landed.map((one) =>
          transactionView(one, encodingOf(config), maxVersion(config)),
        ),
      };
    default:
      throw invalidParams(
        `Invalid param: transactionDetails ${details as string} is not supported here`,
      );
  }
}

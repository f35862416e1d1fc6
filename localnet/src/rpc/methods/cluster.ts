/** Slots, time, epochs, and the description of this node. */
import { FAUCET, FAUCET_LAMPORTS } from "../../chain/faucet";
import { SLOTS_PER_EPOCH } from "../../chain/svm";
import { RPC_CODE, RpcError } from "../errors";
import { CORE_VERSION, inContext, type Methods } from "../method";

/** The first slot of a chain. */
const FIRST_SLOT = 1;

export const clusterMethods = {
  getHealth: () => "ok",
  getVersion: () => ({ "solana-core": CORE_VERSION, "feature-set": 0 }),
  getIdentity: ({ identity }) => ({ identity }),
  getGenesisHash: ({ chain }) => chain.genesisHash,

  getSlot: ({ chain }) => chain.slot,
  /** Every slot has a block, except the slots that a warp skipped; heights count those too. */
  getBlockHeight: ({ chain }) => chain.slot,
  getFirstAvailableBlock: () => FIRST_SLOT,
  minimumLedgerSlot: () => FIRST_SLOT,
  getTransactionCount: ({ chain }) => chain.history.count,

  getBlockTime({ chain }, params) {
    const slot = params.integer(0);
    if (slot > chain.slot) {
      throw new RpcError(RPC_CODE.blockNotAvailable, `Block not available for slot ${slot}`);
    }
    const time = chain.clock.timeOf(slot) ?? chain.history.inSlot(slot)[0]?.blockTime;
    if (time === undefined) {
      throw new RpcError(
        RPC_CODE.slotSkipped,
        `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`,
      );
    }
    return time;
  },

  getEpochInfo: ({ chain }) => ({
    epoch: Math.floor(chain.slot / SLOTS_PER_EPOCH),
    slotIndex: chain.slot % SLOTS_PER_EPOCH,
    slotsInEpoch: SLOTS_PER_EPOCH,
    absoluteSlot: chain.slot,
    blockHeight: chain.slot,
    transactionCount: chain.history.count,
  }),

  getEpochSchedule: () => ({
    slotsPerEpoch: SLOTS_PER_EPOCH,
    leaderScheduleSlotOffset: SLOTS_PER_EPOCH,
    warmup: false,
    firstNormalEpoch: 0,
    firstNormalSlot: 0,
  }),

  /** All SOL comes from the faucet; the faucet's balance does not circulate. */
  getSupply({ chain }) {
    const faucet = chain.getAccount(FAUCET)?.lamports ?? 0n;
    return inContext(chain, {
      total: FAUCET_LAMPORTS,
      circulating: FAUCET_LAMPORTS - faucet,
      nonCirculating: faucet,
      nonCirculatingAccounts: [FAUCET],
    });
  },
} satisfies Methods;

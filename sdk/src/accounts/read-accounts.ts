/** Reads accounts for the whole SDK: retries when a node is behind, and throws typed transport errors. */
import type { Buffer } from "buffer";
import type {
  AccountInfo,
  DataSlice,
  GetProgramAccountsFilter,
  GetProgramAccountsResponse,
  PublicKey,
} from "@solana/web3.js";
import { type MilestoneContext, withMinContextSlot } from "../context/context";
import { type AnswerAt, callRpc, callRpcAtLeast } from "../rpc/call";
import { minReadSlot, noteRead, startOperation } from "../rpc/seen-slots";

/** Most addresses one `getMultipleAccounts` call takes. */
const MAX_ADDRESSES = 100;

/** Account as it was read; null when it does not exist. */
export type MaybeInfo = AccountInfo<Buffer> | null | undefined;

/** Options that say how fresh a read has to be. */
export interface ReadOptions {
  /**
   * Slot that the answering node must have reached, such as the `slot` of another process's `SendResult`. A node that is
   * behind is asked again for up to 15 seconds. Default: the newest slot in which `send` saw a transaction land on the
   * same `Connection`, at the same commitment or a surer one. A lower value than that has no effect.
   */
  minContextSlot?: number;
}

/** Returns the context of one operation. It reads as fresh as the options say, and never an older state than before. */
export function readContext(
  context: MilestoneContext,
  { minContextSlot }: ReadOptions,
): MilestoneContext {
  return startOperation(
    minContextSlot === undefined ? context : withMinContextSlot(context, minContextSlot),
  );
}

/** Returns accounts in the order of their addresses, null for a missing one. Throws `RpcError`. */
export async function fetchAccountInfos(
  context: MilestoneContext,
  addresses: readonly PublicKey[],
): Promise<(AccountInfo<Buffer> | null)[]> {
  const chunks: PublicKey[][] = [];
  for (let start = 0; start < addresses.length; start += MAX_ADDRESSES) {
    chunks.push(addresses.slice(start, start + MAX_ADDRESSES));
  }
  const { connection, commitment } = context;
  const answers = await Promise.all(
    chunks.map((chunk) =>
      callRpcAtLeast(context, "getMultipleAccounts", minReadSlot(context), (minContextSlot) =>
        connection.getMultipleAccountsInfoAndContext(chunk, { commitment, minContextSlot }),
      ),
    ),
  );
  for (const answer of answers) noteRead(context, answer.context.slot);
  return answers.flatMap<AccountInfo<Buffer> | null>(({ value }) => value);
}

/** Returns one account, null when it does not exist. Throws `RpcError`. */
export async function fetchAccountInfo(
  context: MilestoneContext,
  address: PublicKey,
): Promise<AccountInfo<Buffer> | null> {
  const [info] = await fetchAccountInfos(context, [address]);
  return info ?? null;
}

/** Returns the program's accounts that pass the filters. Throws `RpcError`. */
export async function scanAccounts(
  context: MilestoneContext,
  config: { filters: GetProgramAccountsFilter[]; dataSlice?: DataSlice },
): Promise<GetProgramAccountsResponse> {
  const { connection, programId, commitment } = context;
  const minSlot = minReadSlot(context);
  const method = "getProgramAccounts";
  if (minSlot === 0) {
    return callRpc(context, method, () =>
      connection.getProgramAccounts(programId, { ...config, commitment }),
    );
  }
  const scan = (minContextSlot: number | undefined) => {
    const options = { ...config, commitment, minContextSlot, withContext: true as const };
    return connection.getProgramAccounts(programId, options) as Promise<
      AnswerAt<GetProgramAccountsResponse>
    >;
  };
  const answer = await callRpcAtLeast(context, method, minSlot, scan);
  noteRead(context, answer.context.slot);
  return answer.value;
}

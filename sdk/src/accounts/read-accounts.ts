/** Every read of accounts goes through here: retries where a node is behind, and typed errors of the transport. */
import type { Buffer } from "buffer";
import type {
  AccountInfo,
  DataSlice,
  GetProgramAccountsFilter,
  GetProgramAccountsResponse,
  PublicKey,
} from "@solana/web3.js";
import type { MilestoneContext } from "../context";
import { InvalidInputError } from "../errors/input";
import { type AnswerAt, callRpc, callRpcAtLeast } from "../rpc/call";
import { minReadSlot, noteRead, startOperation } from "../rpc/seen-slots";

/** Most addresses one `getMultipleAccounts` call takes. */
const MAX_ADDRESSES = 100;

/** How fresh a read has to be. */
export interface ReadOptions {
  /**
   * Slot that the answering node must have reached, such as the `slot` of another process's `SendResult`. A node that is
   * behind is asked again for up to 15 seconds. Default: the newest slot in which `send` saw a transaction land on the
   * same `Connection`, at the same commitment or a surer one. A lower value than that has no effect.
   */
  minContextSlot?: number;
}

/**
 * Returns a context whose reads are answered at `minContextSlot` or later, whatever function makes them.
 * Throws `InvalidInputError` for anything other than a slot number.
 * @example
 * import { createContext, getPaymentPolicy, withMinContextSlot } from "@milepost/sdk";
 *
 * const fresh = withMinContextSlot(createContext(connection, wallet), slot);
 * const policy = await getPaymentPolicy(fresh, policyPda);
 */
export function withMinContextSlot(
  context: MilestoneContext,
  minContextSlot: number,
): MilestoneContext {
  if (!Number.isSafeInteger(minContextSlot) || minContextSlot < 0) {
    throw new InvalidInputError({
      field: "minContextSlot",
      expected: "a slot number, as in the result of send",
      received: minContextSlot,
    });
  }
  const { connection, wallet, programId, commitment, clock } = context;
  const newest = Math.max(context.minContextSlot ?? 0, minContextSlot);
  return { connection, wallet, programId, commitment, clock, minContextSlot: newest };
}

/** Returns the context of one operation: it reads as fresh as the options say, and never from an older state than before. */
export function readContext(
  context: MilestoneContext,
  { minContextSlot }: ReadOptions,
): MilestoneContext {
  return startOperation(
    minContextSlot === undefined ? context : withMinContextSlot(context, minContextSlot),
  );
}

/** Returns accounts in the order of their addresses, null where there is none. Throws `RpcError`. */
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
  return answers.flatMap(({ value }) => value) as (AccountInfo<Buffer> | null)[];
}

/** Returns one account, null where there is none. Throws `RpcError`. */
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

/** Divides payments into batches, each of which fits one transaction. */
import { pack } from "../send/pack";
import type { Batch, Ready } from "./batch";
import type { WorkerOptions } from "./worker-options";

/** Returns the batches in the order of their attempts, and the payments that no transaction can hold. */
export async function packBatches(
  options: WorkerOptions,
  items: readonly Ready[],
): Promise<{ batches: Batch[]; tooLarge: Ready[] }> {
  const payer = options.payer.publicKey;
  const first: Batch[] = [];
  const failedBefore: Batch[] = [];
  const tooLarge: Ready[] = [];
  for (const part of partsOf(options, items)) {
    const executions = part.items.map(({ execution }) => execution);
    const lookupTables =
      part.mayLookUp && options.tables ? await options.tables.tablesFor(executions) : [];
    // A payment that failed before may be made to fail again: it must not take the transaction of others with it.
    for (const batches of [first, failedBefore]) {
      const some = part.items.filter(({ attempts }) => (attempts === 0) === (batches === first));
      const packed = pack(some, { ...options.packing, payer, lookupTables });
      tooLarge.push(...packed.tooLarge);
      for (const group of packed.groups) {
        batches.push({ items: group, lookupTables, exceeded: 0, failures: 0 });
      }
    }
  }
  return { batches: [...first, ...failedBefore], tooLarge };
}

/**
 * Separates payments that a gateway's key signs. They name every account in full: the content of a lookup table is an
 * RPC's word, and an RPC that lies about it could have the key sign for another policy than the approved one.
 */
function partsOf(
  { gatewaySigners = [] }: WorkerOptions,
  items: readonly Ready[],
): { items: Ready[]; mayLookUp: boolean }[] {
  const keys = new Set(gatewaySigners.map(({ publicKey }) => publicKey.toBase58()));
  const isGateways = ({ execution }: Ready) => keys.has(execution.executor.toBase58());
  return [
    { items: items.filter((item) => !isGateways(item)), mayLookUp: true },
    { items: items.filter(isGateways), mayLookUp: false },
  ].filter((part) => part.items.length > 0);
}

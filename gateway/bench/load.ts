/** Loads a server over HTTP, and compares two servers in alternating rounds. */
import autocannon from "autocannon";

/** One kind of request. */
export interface Target {
  name: string;
  url: string;
  method: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
}

const CONNECTIONS = 16;
const ROUND_SECS = 4;
const ROUNDS = 3;

/** Returns requests per second. Throws when an answer is not a success: a fast refusal is no result. */
async function round({ name, ...request }: Target): Promise<number> {
  const result = await autocannon({ ...request, connections: CONNECTIONS, duration: ROUND_SECS });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${name}: ${failed} of ${result.requests.total} requests failed`);
  return result.requests.average;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Returns the medians and their ratio; rounds alternate, so that both see the same machine. */
export async function compare(
  ours: Target,
  bare: Target,
): Promise<{ ours: number; bare: number; ratio: number }> {
  await round(ours);
  await round(bare);
  const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    rates.ours.push(await round(ours));
    rates.bare.push(await round(bare));
  }
  const [a, b] = [median(rates.ours), median(rates.bare)];
  return { ours: a, bare: b, ratio: a / b };
}

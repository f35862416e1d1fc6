/** What the soak is to be. */
import { parseArgs } from "node:util";

const DEFAULTS = {
  policies: 10_000,
  milestones: 4,
  workers: 3,
  /** Who the policies belong to; each has one token account that all of its policies are paid from. */
  owners: 100,
  /** Seconds between two kills; 0 kills nobody. */
  "kill-every": 5,
  /** Of the RPC calls, in percent. */
  fail: 10,
  /** Milliseconds that every RPC call takes longer, as over a network; the localnet answers at once. */
  latency: 25,
  /**
   * Seconds from one milestone's due date to the next one's; the policies' dates are spread evenly over it. 0: everything
   * is due at once.
   */
  every: 75,
  /** Seconds from the start of the keepers to the first due date. */
  lead: 15,
  /** Policies of the sequential comparison, which come on top. */
  sequential: 20,
  /** Of each keeper, see its `--concurrency`. */
  concurrency: 2,
  /** Seconds, see `LEASE_SECONDS`: so long nobody takes over what a killed keeper held. */
  lease: 75,
  /** Seconds after which it has failed. */
  timeout: 1_200,
} as const;

export type SoakOptions = Record<keyof typeof DEFAULTS | "seed", number>;

/** Flags of the names above, whole numbers; the seed is `SEED`'s or a new one. Throws on anything else. */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): SoakOptions {
  const names = Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[];
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
  });
  const given = names.map((name) => [name, number(name, values[name] ?? DEFAULTS[name])]);
  const seed = number("SEED", environment.SEED ?? Date.now() % 1_000_000);
  return { ...(Object.fromEntries(given) as SoakOptions), seed };
}

function number(name: string, given: unknown): number {
  const text = String(given);
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} takes a whole number, not "${text}"`);
  return Number(text);
}

/** Options of the soak. */
import { parseArgs } from "node:util";

const DEFAULTS = {
  policies: 10_000,
  milestones: 4,
  workers: 3,
  /** Number of owners; each has one token account that pays all of its policies. */
  owners: 100,
  /** Seconds between two kills; 0 for none. */
  "kill-every": 5,
  /** Percentage of the RPC calls that fail. */
  fail: 10,
  /** Milliseconds that every RPC call takes longer, as over a network; the localnet answers at once. */
  latency: 25,
  /**
   * Seconds from one milestone's due date to the next one's; the policies' dates are spread evenly over it. 0:
   * everything is due at once.
   */
  every: 75,
  /** Seconds from the start of the keepers to the first due date. */
  lead: 15,
  /** Policies of the sequential comparison, which come on top. */
  sequential: 20,
  /** Workers of each keeper, see its `--concurrency`. */
  concurrency: 2,
  /** Seconds of a lease, see `LEASE_SECONDS`; those of a killed keeper are freed earlier, see `Presence`. */
  lease: 75,
  /** Seconds after which the soak has failed. */
  timeout: 1_200,
} as const;

export type SoakOptions = Record<keyof typeof DEFAULTS | "seed", number>;

/**
 * Reads the flags of the names above as whole numbers; the seed comes from `SEED` or is new. Throws on anything else.
 */
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

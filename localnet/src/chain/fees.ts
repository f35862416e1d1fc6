/** The network's fee for a message, in lamports. */
import type { Message } from "./wire";

const COMPUTE_BUDGET = "ComputeBudget111111111111111111111111111111";
const LAMPORTS_PER_SIGNATURE = 5_000n;
const MAX_COMPUTE_UNITS = 1_400_000n;
const DEFAULT_UNITS = 200_000n;
const BUILTIN_UNITS = 3_000n;
const MICRO = 1_000_000n;

/** Instructions of these programs get 3,000 compute units by default, not 200,000. */
const BUILTINS = new Set([
  "11111111111111111111111111111111",
  "Vote111111111111111111111111111111111111111",
  "BPFLoader1111111111111111111111111111111111",
  "BPFLoader2111111111111111111111111111111111",
  "BPFLoaderUpgradeab1e11111111111111111111111",
  "LoaderV411111111111111111111111111111111111",
  "Ed25519SigVerify111111111111111111111111111",
  "KeccakSecp256k11111111111111111111111111111",
  COMPUTE_BUDGET,
]);

/** Each signature that these programs check costs as much as one of the transaction's own. */
const PRECOMPILES = new Set([
  "Ed25519SigVerify111111111111111111111111111",
  "KeccakSecp256k11111111111111111111111111111",
  "Secp256r1SigVerify1111111111111111111111111",
]);

/** Returns the price that a message offers, in micro-lamports per compute unit. */
export function priorityPrice({ instructions, staticKeys }: Message): bigint {
  const set = instructions.find(
    ({ programIdIndex, data }) =>
      staticKeys[programIdIndex] === COMPUTE_BUDGET && data.length >= 9 && data[0] === 3,
  );
  return set ? set.data.readBigUInt64LE(1) : 0n;
}

export function feeOf(message: Message): bigint {
  const { header, instructions, staticKeys } = message;
  let signatures = BigInt(header.numRequiredSignatures);
  for (const { programIdIndex, data } of instructions) {
    if (PRECOMPILES.has(staticKeys[programIdIndex] as string)) signatures += BigInt(data[0] ?? 0);
  }
  const priority = (priorityPrice(message) * computeLimit(message) + MICRO - 1n) / MICRO;
  return signatures * LAMPORTS_PER_SIGNATURE + priority;
}

function computeLimit({ instructions, staticKeys }: Message): bigint {
  let units = 0n;
  for (const { programIdIndex, data } of instructions) {
    const program = staticKeys[programIdIndex] as string;
    if (program === COMPUTE_BUDGET && data.length >= 5 && data[0] === 2) {
      const limit = BigInt(data.readUInt32LE(1));
      return limit < MAX_COMPUTE_UNITS ? limit : MAX_COMPUTE_UNITS;
    }
    units += BUILTINS.has(program) ? BUILTIN_UNITS : DEFAULT_UNITS;
  }
  return units < MAX_COMPUTE_UNITS ? units : MAX_COMPUTE_UNITS;
}

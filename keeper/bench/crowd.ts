/** Makes so many policies that only their bytes can be written: a keeper knows them, and they are due some time. */
import { PROGRAM_ID } from "@milepost/sdk";
import type { Chain } from "../../localnet/src";
import { encodeBase58 } from "../../localnet/src/chain/base58";
import { seededRandom } from "./random";
import type { World } from "./world";

/** `docs/accounts.md`. */
const OFFSET = {
  userPayment: 8,
  recipient: 40,
  timestamps: 105 + 32,
  policyId: 306,
  bump: 330,
} as const;
const ADDRESS_BYTES = 32;
const OWNERS = 1_000;
const DAY = 86_400;
/** Range of days until the first milestone is due: too late for a payment or an alert. */
const FIRST_DAYS = [4, 365] as const;

/**
 * Writes policies whose addresses, owners and recipients are random bytes; no other account of them is on chain.
 * Their due dates are spread over a year.
 */
export async function crowd(
  chain: Chain,
  world: World,
  count: number,
  seed: number,
): Promise<void> {
  const random = seededRandom(seed);
  const bytes = () => Buffer.from(Array.from({ length: ADDRESS_BYTES }, () => random() * 256));
  const owners = Array.from({ length: OWNERS }, bytes);
  const template = await world.anyPolicy();
  const lamports = chain.svm.rentExempt(template.length);
  const [first, last] = FIRST_DAYS;
  for (let index = 0; index < count; index += 1) {
    const data = Buffer.from(template);
    owners[index % OWNERS]!.copy(data, OFFSET.userPayment);
    bytes().copy(data, OFFSET.recipient);
    data.writeUInt32LE(Math.floor(index / OWNERS) + 1, OFFSET.policyId);
    // The search for a program address leaves half of the remaining addresses at each step down.
    data[OFFSET.bump] = 255 + Math.ceil(Math.log2(1 - random()));
    const due = chain.clock.time + Math.floor((first + random() * (last - first)) * DAY);
    for (let k = 0; k < world.milestones; k += 1) {
      data.writeBigInt64LE(BigInt(due + k * DAY), OFFSET.timestamps + 8 * k);
    }
    chain.setAccount(encodeBase58(bytes()), {
      lamports,
      data,
      owner: PROGRAM_ID.toBase58(),
      executable: false,
    });
  }
}

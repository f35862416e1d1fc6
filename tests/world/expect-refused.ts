/** A refused transaction: the exact error, and nothing changed. */
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { expectError } from "../harness";
import type { Person } from "./people";
import type { World } from "./world";

/**
 * Sends with `payer` paying the fee, and demands exactly `error` and that not one byte of the world, of what the
 * instructions may write to or of `watched` changed.
 * @example await expectRefused(world, [world.syncDelegation()], ["owner"], "DelegateInUse")
 */
export async function expectRefused(
  world: World,
  instructions: TransactionInstruction[],
  signers: Person[],
  error: string | number,
  watched: PublicKey[] = [],
): Promise<void> {
  const writable = instructions.flatMap(({ keys }) =>
    keys.filter((key) => key.isWritable).map((key) => key.pubkey),
  );
  await world.unchanged([...writable, ...watched], async () => {
    expectError(await world.send(instructions, ...signers), error);
  });
}

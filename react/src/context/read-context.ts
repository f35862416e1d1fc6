import { type MilestoneContext, PROGRAM_ID } from "@milepost/sdk";
import { type Connection, PublicKey } from "@solana/web3.js";

/** Returns a context that only reads: its wallet has an address and no key. */
export function readContextOf(
  connection: Connection,
  wallet: PublicKey = PublicKey.default,
): MilestoneContext {
  return {
    connection,
    wallet: { publicKey: wallet },
    programId: PROGRAM_ID,
    commitment: connection.commitment ?? "confirmed",
  };
}

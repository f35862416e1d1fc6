/**
 * Reads the payments of a transaction from its bytes: each `executePayment` of one that succeeded. Its events would
 * not do, as a log is cut off after 10,000 bytes, which six payments fill.
 */
import { IDL, PROGRAM_ID } from "@milepost/sdk";
import { VersionedTransaction } from "@solana/web3.js";
import type { LandedTransaction } from "../../localnet/src/chain/history";

const DEFINITION = IDL.instructions.find(({ name }) => name === "executePayment")!;
const DISCRIMINATOR = Buffer.from(DEFINITION.discriminator);
const POLICY = DEFINITION.accounts.findIndex(({ name }) => name === "policy");
const PROGRAM = PROGRAM_ID.toBase58();

export interface Payment {
  policy: string;
  milestoneIndex: number;
}

export function paymentsOf({ wire, err, accounts }: LandedTransaction): Payment[] {
  if (err !== null) return [];
  const { message } = VersionedTransaction.deserialize(Buffer.from(wire, "base64"));
  return message.compiledInstructions.flatMap(({ programIdIndex, accountKeyIndexes, data }) => {
    const bytes = Buffer.from(data);
    const isPayment = bytes.subarray(0, DISCRIMINATOR.length).equals(DISCRIMINATOR);
    if (accounts[programIdIndex] !== PROGRAM || !isPayment) return [];
    const policy = accounts[accountKeyIndexes[POLICY]!]!;
    return [{ policy, milestoneIndex: bytes[DISCRIMINATOR.length]! }];
  });
}

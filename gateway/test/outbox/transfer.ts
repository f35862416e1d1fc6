/** A payment that the chain carries out as often as it is sent with new bytes: only the outbox keeps it from being paid twice. */
import { PublicKey, SystemProgram } from "@solana/web3.js";
import type { ChainRuntime } from "../../src/chain";
import type { Built, Job } from "../../src/outbox/outbox";

/** Lamports of one job: rent of an empty account, so that the first payment can create it. */
export const LAMPORTS = 1_000_000;

/** Builds a job's payment. One transfer of nothing to an address made of the job's id makes its bytes unlike any other's. */
export function transferOf(chain: ChainRuntime, job: Job): Extract<Built, { do: "send" }> {
  const { to, lamports } = job.payload as { to: string; lamports: number };
  const fromPubkey = chain.sponsor.publicKey;
  const mark = new PublicKey(Buffer.from(job.id.slice(-32).padEnd(32, "0")));
  return {
    do: "send",
    instructions: [
      SystemProgram.transfer({ fromPubkey, toPubkey: new PublicKey(to), lamports }),
      SystemProgram.transfer({ fromPubkey, toPubkey: mark, lamports: 0 }),
    ],
    payer: chain.sponsor,
    signers: [],
  };
}

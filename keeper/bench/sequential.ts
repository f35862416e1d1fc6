/**
 * Runs the comparison: one policy after another, a transaction for each milestone, sent again until it is confirmed.
 * The soak runs it as a process of its own; `URL KEYPAIR_FILE POLICIES_FILE`.
 */
import { readFileSync } from "node:fs";
import { MilestoneClient } from "@milepost/sdk";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";

/** Interval shorter than a sensible one on the network, so that the comparison does not gain by it. */
const RESEND_MS = 50;

async function main([url, keypairFile, policiesFile]: string[]): Promise<void> {
  const read = (file: string | undefined): unknown => JSON.parse(readFileSync(file!, "utf8"));
  const payer = Keypair.fromSecretKey(Uint8Array.from(read(keypairFile) as number[]));
  const policies = (read(policiesFile) as string[]).map((address) => new PublicKey(address));
  const connection = new Connection(url!, {
    commitment: "confirmed",
    disableRetryOnRateLimit: true,
  });
  const client = new MilestoneClient(connection, payer);
  const { totalMilestones } = (await untilAnswered(() => client.getPaymentPolicy(policies[0]!)))
    .policyType.milestone;
  for (let index = 0; index < totalMilestones; index += 1) {
    for (const policy of policies) await untilAnswered(() => pay(client, policy, index));
  }
}

async function pay(client: MilestoneClient, policy: PublicKey, index: number): Promise<void> {
  const { policyType } = await client.getPaymentPolicy(policy);
  if (policyType.milestone.currentMilestone > index) return;
  const instructions = await client.executePayment(policy, undefined, undefined, undefined, {
    milestoneIndex: index,
  });
  await client.send(instructions, { resendEveryMs: RESEND_MS });
}

/** Repeats a failed call at once; the next read shows payments that landed in between. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 50) throw error;
    }
  }
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

// Needs a localnet: npx @milepost/localnet
import { connectLocalnet } from "@milepost/localnet";
import { MilestoneClient, RELEASE_OWNER, toJson } from "@milepost/sdk";

async function main() {
  const { connection, wallets, mint, gateway } = await connectLocalnet();
  const client = new MilestoneClient(connection, wallets.owner);
  const { instructions, policy } = await client.prepareMilestone(
    mint,
    wallets.recipient.publicKey,
    gateway,
    [2_000_000n, 3_000_000n],
    [],
    RELEASE_OWNER, // the client approves each payment
  );
  await client.send(instructions);
  const { isReleasable, requirements } = await client.explainRelease(policy);
  console.error({ isReleasable, unmet: requirements.filter(({ isMet }) => !isMet).length });
  await client.send(await client.executePayment(policy));
  console.log(JSON.stringify(toJson(await client.getPaymentPolicy(policy))));
}

await main();

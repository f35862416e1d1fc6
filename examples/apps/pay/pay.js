// What each of the three pages does: plans two payments on a localnet and has the first one made.
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { createMemoBuffer, MilestoneClient, toJson } from "@milepost/sdk";

/**
 * A localnet's addresses, out of the page's address: `?url=...&wsUrl=...&mint=...&gateway=...&recipient=...`. They are in
 * `.milepost-localnet/localnet.json`.
 */
export function settingOf(search) {
  const given = new URLSearchParams(search);
  const setting = {};
  for (const name of ["url", "wsUrl", "mint", "gateway", "recipient"]) {
    const value = given.get(name);
    if (!value)
      throw new Error(
        `The page's address has no ${name}. Start a localnet and see its localnet.json.`,
      );
    setting[name] = value;
  }
  return setting;
}

/** Returns what was paid, as JSON. The wallet is a key of the page's own: a dApp takes the user's wallet instead. */
export async function payFirstMilestone({ url, wsUrl, mint, gateway, recipient }) {
  const connection = new Connection(url, { commitment: "confirmed", wsEndpoint: wsUrl });
  const wallet = Keypair.generate();
  await connection.requestAirdrop(wallet.publicKey, 1_000_000_000);
  await requestTestTokens(url, wallet.publicKey, 10_000_000n);

  const client = new MilestoneClient(connection, wallet);
  const { instructions, policy } = await client.prepareMilestone(
    new PublicKey(mint),
    new PublicKey(recipient),
    new PublicKey(gateway),
    [2_000_000n, 3_000_000n], // base units of the mint
    [], // no due dates
    0, // anyone may release
    createMemoBuffer("from a page", 64),
  );
  await client.send(instructions);
  await client.send(await client.executePayment(policy));
  return toJson(await client.getPaymentPolicy(policy));
}

/** The localnet's faucet. */
async function requestTestTokens(url, wallet, amount) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "localnet_airdropTokens",
      params: [wallet.toBase58(), Number(amount)],
    }),
  });
  const { error } = await response.json();
  if (error) throw new Error(error.message);
}

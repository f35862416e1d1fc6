/** The packed SDK in a page of a real Chromium that has no global `Buffer`, against a localnet with Milepost on it. */
import { expect } from "chai";
import { installPackedSdk, type PackedSdk } from "../../../tests/harness/packed-sdk";
import { openPage, type OpenPage } from "../../../tests/harness/open-page";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../src";

/** A dApp's script. It creates a policy, releases its first milestone, and lists and explains the policy. */
const APP = `
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import {
  AccountKindError, createContext, createMemoBuffer, createMilestone, decodeEvents, executePayment, explainRelease, getPaymentPolicy,
  listPoliciesByOwner, send, toJson,
} from "@milepost/sdk";

globalThis.play = async ({ url, wsUrl, secretKey, mint, recipient, gateway }) => {
  const connection = new Connection(url, { commitment: "confirmed", wsEndpoint: wsUrl });
  const wallet = Keypair.fromSecretKey(Uint8Array.from(secretKey));
  const context = createContext(connection, wallet);
  await send(context, await createMilestone(context, {
    mint: new PublicKey(mint),
    recipient: new PublicKey(recipient),
    gateway: new PublicKey(gateway),
    amounts: [1_000n, 2_000n],
    timestamps: [],
    releaseCondition: 0,
    memo: createMemoBuffer("from a page", 64),
  }));
  const [created] = await listPoliciesByOwner(context, wallet.publicKey);
  const before = await explainRelease(context, created.address);
  const { signature } = await send(context, await executePayment(context, { policyPda: created.address }));
  const transaction = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
  const refused = await getPaymentPolicy(context, new PublicKey(mint)).catch((error) => error);
  return toJson({
    before,
    policy: await getPaymentPolicy(context, created.address),
    events: decodeEvents(transaction.meta.logMessages).events,
    refused: refused instanceof AccountKindError ? refused.shortMessage : String(refused),
  });
};
`;

interface Played {
  before: { amount: string; isReleasable: boolean };
  policy: {
    recipient: string;
    totalPaid: string;
    policyType: { milestone: { currentMilestone: number; milestoneAmounts: string[] } };
  };
  events: { name: string; data: { amount: string } }[];
  refused: string;
}

describe("the SDK in a page without a global Buffer", function () {
  this.timeout(240_000);
  let localnet: MilepostLocalnet;
  let packed: PackedSdk;
  let opened: OpenPage;

  before(async () => {
    packed = await installPackedSdk();
    localnet = await startMilepostLocalnet({ port: 0 });
    await localnet.airdropTokens(localnet.wallets.owner.publicKey, 1_000_000n);
    opened = await openPage({ script: await packed.bundle(APP) });
  });

  after(async () => {
    await opened?.close();
    await localnet?.close();
    await packed?.remove();
  });

  it("creates, releases, lists and explains a policy, and names the program of a wrong account", async () => {
    const { page, problems } = opened;
    expect(await page.evaluate("typeof Buffer + typeof process + typeof global")).to.equal(
      "undefinedundefinedundefined",
    );
    const { wallets, mint, gateway, url, wsUrl } = localnet;
    const recipient = wallets.recipient.publicKey.toBase58();
    const played = await page.evaluate(
      (given) => (globalThis as unknown as { play(g: unknown): Promise<Played> }).play(given),
      {
        url,
        wsUrl,
        secretKey: [...wallets.owner.secretKey],
        mint: mint.toBase58(),
        recipient,
        gateway: gateway.toBase58(),
      },
    );
    expect(problems).to.deep.equal([]);
    expect(played.before.amount).to.equal("1000");
    expect(played.policy.recipient).to.equal(recipient);
    expect(played.policy.totalPaid).to.equal("1000");
    const { milestone } = played.policy.policyType;
    expect(milestone.milestoneAmounts).to.deep.equal(["1000", "2000", "0", "0"]);
    expect(milestone.currentMilestone).to.equal(1);
    const paid = played.events.map(({ name, data }) => `${name} ${data.amount}`);
    expect(paid).to.deep.equal(["PaymentExecuted 1000"]);
    expect(played.refused).to.contain("is not a PaymentPolicy: it belongs to program Token");
    expect(await page.evaluate("typeof Buffer")).to.equal("undefined");
  });
});

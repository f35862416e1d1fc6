import { expect } from "chai";
import { createSandboxSigner } from "../../src/wallet/sandbox-signer";

describe("the signer of the sandbox", () => {
  it("sends bytes and returns the signed bytes of its role", async () => {
    const calls: [string, unknown][] = [];
    const fetchJson = (async (url: string, { body }: { body: string }) => {
      calls.push([url, JSON.parse(body)]);
      return Response.json({ transactions: ["/wA="] });
    }) as unknown as typeof fetch;
    const signed = await createSandboxSigner(fetchJson, "payee").signTransactions([
      Uint8Array.of(1, 255),
    ]);
    expect(calls).to.deep.equal([
      ["/sandbox/wallets/payee/sign-transactions", { transactions: ["Af8="] }],
    ]);
    expect(signed).to.deep.equal([Uint8Array.of(255, 0)]);
  });

  it("signs a message", async () => {
    const fetchJson = (async () => Response.json({ signature: "Bwg=" })) as typeof fetch;
    const signature = await createSandboxSigner(fetchJson, "payer").signMessage(Uint8Array.of(1));
    expect(signature).to.deep.equal(Uint8Array.of(7, 8));
  });

  it("says so when the sandbox refuses", async () => {
    const fetchJson = (async () => new Response("", { status: 403 })) as typeof fetch;
    const outcome = await createSandboxSigner(fetchJson, "payer")
      .signMessage(Uint8Array.of(1))
      .catch((error: Error) => error.message);
    expect(outcome).to.equal("The sandbox refused to sign: HTTP status 403.");
  });
});

import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { buildCloseEscrow, buildFunding, buildRelease, chainProof } from "../../src/chain";
import {
  EventVerificationError,
  rpcAt,
  type RpcCall,
  verifyEvent,
  verifySignature,
  type WebhookEvent,
} from "../../src/client";
import { createSecrets } from "../../src/secrets/process-secrets";
import { newWebhookSecret, signatureHeaders } from "../../src/webhooks/sign";
import { startSandbox, type Sandbox } from "../harness/sandbox";

const NOW = new Date("2026-01-01T00:00:00Z");
const secret = newWebhookSecret();
const { signingKeys } = createSecrets([randomBytes(32)]);
const publicKey = signingKeys[0]!.publicKey;

const eventOf = (chain: WebhookEvent["chain"]): WebhookEvent => ({
  id: "evt_1",
  object: "event",
  type: "escrow_order.created",
  mode: "test",
  objectId: "escrow_order_1",
  sequence: 1,
  created: NOW.getTime() / 1_000,
  data: {},
  chain,
});

/** A webhook as the gateway sends it. */
function signed(event: unknown, at = NOW) {
  const body = typeof event === "string" ? event : JSON.stringify(event);
  const headers = signatureHeaders({ id: "evt_1", at, body, secrets: [secret], signingKeys });
  return { body, headers };
}

const now = () => NOW;

async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error instanceof EventVerificationError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("verification of a webhook's signature", () => {
  it("takes v1 with the secret and v1a with the public key", () => {
    const { body, headers } = signed(eventOf(null));
    expect(verifySignature(body, headers, { secrets: [secret], now })).to.equal("v1");
    expect(verifySignature(body, headers, { publicKeys: [publicKey], now })).to.equal("v1a");
    const bytes = Buffer.from(body);
    expect(verifySignature(bytes, new Headers(headers), { secrets: [secret], now })).to.equal("v1");
    const upper = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(verifySignature(body, upper, { secrets: ["whsec_AAAA", secret], now })).to.equal("v1");
  });

  for (const [change, code, broken] of [
    [
      "another byte in the body",
      "signature_mismatch",
      ({ body, headers }: Signed) => ({ body: `${body} `, headers }),
    ],
    [
      "another id",
      "signature_mismatch",
      ({ body, headers }: Signed) => ({ body, headers: { ...headers, "webhook-id": "evt_2" } }),
    ],
    [
      "another time",
      "signature_mismatch",
      ({ body, headers }: Signed) => ({
        body,
        headers: {
          ...headers,
          "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1),
        },
      }),
    ],
    [
      "no signature",
      "headers_invalid",
      ({ body, headers }: Signed) => ({ body, headers: { ...headers, "webhook-signature": "" } }),
    ],
    [
      "a time that is none",
      "headers_invalid",
      ({ body, headers }: Signed) => ({
        body,
        headers: { ...headers, "webhook-timestamp": "now" },
      }),
    ],
    [
      "a v1 signature marked as v1a and the other way round",
      "signature_mismatch",
      ({ body, headers }: Signed) => ({
        body,
        headers: {
          ...headers,
          "webhook-signature": headers["webhook-signature"].replace(/v1a?,/g, (scheme) =>
            scheme === "v1," ? "v1a," : "v1,",
          ),
        },
      }),
    ],
  ] as const) {
    it(`refuses ${change}`, async () => {
      const { body, headers } = broken(signed(eventOf(null)));
      for (const keys of [{ secrets: [secret] }, { publicKeys: [publicKey] }]) {
        expect(await codeOf(() => verifySignature(body, headers, { ...keys, now }))).to.equal(code);
      }
    });
  }

  it("refuses another secret and another public key", async () => {
    const { body, headers } = signed(eventOf(null));
    const other = createSecrets([randomBytes(32)]).signingKeys[0]!.publicKey;
    const keys = { secrets: [newWebhookSecret()], publicKeys: [other] };
    expect(await codeOf(() => verifySignature(body, headers, { ...keys, now }))).to.equal(
      "signature_mismatch",
    );
  });

  for (const [seconds, code] of [
    [-301, "timestamp_out_of_tolerance"],
    [-300, "accepted"],
    [300, "accepted"],
    [301, "timestamp_out_of_tolerance"],
  ] as const) {
    it(`given a webhook signed at ${seconds} s of the local time then ${code}`, async () => {
      const { body, headers } = signed(eventOf(null), new Date(NOW.getTime() + seconds * 1_000));
      expect(
        await codeOf(() => verifySignature(body, headers, { secrets: [secret], now })),
      ).to.equal(code);
    });
  }

  for (const body of ["", "null", "[]", "{}", '{"object":"intent"}', "not json"]) {
    it(`refuses the signed body ${JSON.stringify(body)}, which is not an event`, async () => {
      expect(await codeOf(verifyEvent(signed(body), { secrets: [secret], now }))).to.equal(
        "body_invalid",
      );
    });
  }
});

type Signed = ReturnType<typeof signed>;

describe("verification of an event's chain proof", () => {
  let sandbox: Sandbox;
  let rpc: RpcCall;
  before(async () => {
    sandbox = await startSandbox();
    rpc = rpcAt(sandbox.chain.connection.rpcEndpoint);
  });
  after(() => sandbox.close());

  const funded = async (isAccepted: boolean) => {
    const { policy, ...build } = await buildFunding(sandbox.chain, sandbox.funding({ isAccepted }));
    const { signature, slot } = await sandbox.send(build);
    return chainProof(sandbox.chain, { signature, slot: Number(slot), account: policy });
  };
  const verify = (chain: WebhookEvent["chain"], call: RpcCall = rpc) =>
    verifyEvent(signed(eventOf(chain)), { secrets: [secret], now, rpc: call });

  it("proves transaction, slot, account and data from the RPC's URL alone", async () => {
    const proof = await funded(true);
    const { event, signature, chain } = await verifyEvent(signed(eventOf(proof)), {
      publicKeys: [publicKey],
      now,
      rpc: sandbox.chain.connection.rpcEndpoint,
    });
    expect(event.chain).to.deep.equal(proof);
    expect(signature).to.equal("v1a");
    expect(chain).to.include({ slot: proof.slot, account: "unchanged" });
    expect(chain!.explanation).to.contain("has exactly the proven data");
  });

  it("given the account has changed since then it says what is still proven", async () => {
    const proof = await funded(true);
    await sandbox.send(await buildRelease(sandbox.chain, { policy: proof.account, index: 0 }));
    const { chain } = await verify(proof);
    expect(chain).to.include({ account: "changed_since", slot: proof.slot });
    expect(chain!.explanation).to.contain("cannot be compared any more");
  });

  it("given the account is closed then the event of the closing is proven, the one before is changed since", async () => {
    const proof = await funded(false);
    const closing = await sandbox.send(
      await buildCloseEscrow(sandbox.chain, { policy: proof.account }),
    );
    const closed = {
      ...proof,
      signature: closing.signature,
      slot: Number(closing.slot),
      accountHash: null,
    };
    const { chain } = await verify(closed);
    expect(chain).to.include({ account: "unchanged" });
    expect(chain!.explanation).to.contain("is closed");
    expect((await verify(proof)).chain).to.include({ account: "changed_since" });
  });

  it("refuses a forged hash, slot, account and signature", async () => {
    const proof = await funded(true);
    const other = await funded(true);
    const forged = { ...proof, accountHash: "0".repeat(64) };
    expect(await codeOf(verify(forged))).to.equal("account_hash_mismatch");
    expect(await codeOf(verify({ ...proof, accountHash: null }))).to.equal("account_hash_mismatch");
    expect(await codeOf(verify({ ...proof, slot: proof.slot + 1 }))).to.equal("slot_mismatch");
    expect(await codeOf(verify({ ...proof, account: other.account }))).to.equal(
      "account_not_touched",
    );
    const unknown = "1".repeat(64);
    expect(await codeOf(verify({ ...proof, signature: unknown }))).to.equal("transaction_missing");
  });

  it("refuses a transaction that failed, or is not confirmed yet", async () => {
    const proof = await funded(true);
    for (const [status, code] of [
      [
        {
          slot: proof.slot,
          err: { InstructionError: [0, "Custom"] },
          confirmationStatus: "finalized",
        },
        "transaction_failed",
      ],
      [{ slot: proof.slot, err: null, confirmationStatus: "processed" }, "transaction_missing"],
    ] as const) {
      const call: RpcCall = async (method, params) =>
        method === "getSignatureStatuses" ? { value: [status] } : rpc(method, params);
      expect(await codeOf(verify(proof, call))).to.equal(code);
    }
  });

  it("tells a silent RPC from a false event, without the key in its URL", async () => {
    const proof = await funded(true);
    const call = rpcAt("http://127.0.0.1:1/?api-key=hidden");
    expect(await codeOf(verify(proof, call))).to.equal("rpc_unavailable");
    const error = await verify(proof, call).catch((reason: Error) => reason);
    expect((error as Error).message).to.equal("127.0.0.1:1 did not answer getSignatureStatuses");
  });

  it("verifies only the signature of an event that no transaction caused, and without an RPC", async () => {
    expect((await verify(null)).chain).to.equal(null);
    const { chain } = await verifyEvent(signed(eventOf(await funded(true))), {
      secrets: [secret],
      now,
    });
    expect(chain).to.equal(null);
  });
});

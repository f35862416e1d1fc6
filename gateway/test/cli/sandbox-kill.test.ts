import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createContext, getPaymentPolicy } from "@milepost/sdk";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import { Connection, Keypair, PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { type SandboxProcess, startSandboxProcess } from "../harness/sandbox-process";

describe("milepost-gateway sandbox, killed with kill -9", () => {
  let directory: string;
  let sandbox: SandboxProcess;
  before(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "gateway-killed-"));
    sandbox = await startSandboxProcess(directory);
  });
  after(async () => {
    await sandbox?.cli.end();
    rmSync(directory, { recursive: true, force: true });
  });

  const call = async (method: string, url: string, body?: unknown) => {
    const answer = await fetch(`${sandbox.url}${url}`, {
      method,
      headers: { "x-api-key": sandbox.apiKey, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    // JSON of an answer: a test asserts what is in it.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    return { status: answer.status, body: (await answer.json()) as any };
  };

  const create = async () => {
    const { body: intent } = await call("POST", "/v1/payment-intents", {
      amount: "100.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      settlementMethod: "ON_CHAIN",
      settlementDestination: "payee",
      metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
    });
    const url = `/v1/payment-intents/${intent.id}`;
    const ids: string[] = [];
    for (const [milestoneIndex, amount] of ["30.00", "70.00"].entries()) {
      const { body } = await call("POST", `${url}/escrow/milestones`, { milestoneIndex, amount });
      ids.push(body.id);
    }
    return { url, ids };
  };
  type Intent = Awaited<ReturnType<typeof create>>;
  const complete = async ({ url, ids }: Intent, index: number): Promise<void> => {
    const done = await call("POST", `${url}/escrow/milestones/${ids[index]!}/complete`, {
      completedBy: "contractor",
    });
    expect(done.body.data?.status, JSON.stringify(done.body)).to.equal("RELEASED");
  };
  const show = async ({ url }: Intent) => (await call("GET", url)).body;
  const vaultOf = async (intent: Intent): Promise<bigint> => {
    const { data } = await show(intent);
    const vault = new PublicKey(data.parts[0].vault);
    const { value } = await new Connection(sandbox.rpcUrl).getTokenAccountBalance(vault);
    return BigInt(value.amount);
  };
  /** What the chain has paid to the payee of an intent, who is that of every intent. */
  const paid = async (intent: Intent): Promise<bigint> => {
    const { data } = await show(intent);
    const connection = new Connection(sandbox.rpcUrl);
    const vault = await connection.getParsedAccountInfo(new PublicKey(data.parts[0].vault));
    const { mint } = (vault.value!.data as { parsed: { info: { mint: string } } }).parsed.info;
    const policy = new PublicKey(data.parts[0].policy);
    const context = createContext(connection, Keypair.generate());
    const { recipient: payee } = await getPaymentPolicy(context, policy);
    const account = getAssociatedTokenAddressSync(new PublicKey(mint), payee);
    return BigInt((await connection.getTokenAccountBalance(account)).value.amount);
  };
  const kill = async (): Promise<void> => {
    await sandbox.cli.end();
    sandbox = await startSandboxProcess(directory);
  };
  const expectAgreement = async (): Promise<void> => {
    const { status, body } = await call("POST", "/v1/reconciliations");
    expect([status, body.status, body.differences]).to.deep.equal([201, "matched", []]);
  };

  it("given completions that were answered, when it is killed at once and started again, then each is paid once, database and chain agree, and a new intent is funded and paid", async () => {
    const half = await create();
    await complete(half, 0);
    const vault = await vaultOf(half);
    const before = await paid(half);
    const whole = await create();
    await complete(whole, 0);
    await complete(whole, 1);
    await kill();

    expect(await vaultOf(half)).to.equal(vault);
    expect((await paid(half)) - before).to.equal(99_000_000n);
    expect((await show(whole)).status).to.be.oneOf(["SETTLED", "FINAL"]);
    const next = await create();
    await complete(next, 0);
    await complete(next, 1);
    await complete(half, 1);
    expect((await show(half)).status).to.be.oneOf(["SETTLED", "FINAL"]);
    const policies = await Promise.all(
      [half, whole, next].map(async (intent) => (await show(intent)).data.parts[0].policy),
    );
    expect(new Set(policies).size).to.equal(3);
    await expectAgreement();
  });

  it("given a completion that is cut off, when it is killed and started again, then it is paid once", async () => {
    const first = await create();
    await complete(first, 0);
    const before = await paid(first);
    const cut: Intent[] = [];
    for (const milliseconds of [20, 80]) {
      const intent = await create();
      await complete(intent, 0);
      const answer = complete(intent, 1).catch(() => undefined);
      // Long enough for some of the work; where it is cut off is a matter of chance.
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await kill();
      await answer;
      cut.push(intent);
    }
    for (const intent of cut) {
      // The client did not get an answer, so it asks again.
      await call("POST", `${intent.url}/escrow/milestones/${intent.ids[1]!}/complete`, {
        completedBy: "contractor",
      });
      while (!["SETTLED", "FINAL"].includes((await show(intent)).status)) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    expect((await paid(first)) - before).to.equal(198_000_000n);
    await expectAgreement();
  });
});

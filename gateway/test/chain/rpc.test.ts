import { createContext, getPaymentGateway } from "@milepost/sdk";
import { Connection, Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { buildFunding, chainError, readPolicy } from "../../src/chain";
import { callRpc } from "../../src/chain/rpc";
import { toGatewayError } from "../../src/http/error-handler";
import { startSandbox, type Sandbox } from "../harness/sandbox";

describe("errors of the chain", () => {
  let sandbox: Sandbox;
  before(async () => (sandbox = await startSandbox()));
  after(() => sandbox.close());

  const caught = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => expect.fail("it succeeded"),
      (error: unknown) => error,
    );

  it("given an RPC that does not answer, then 503 with a time to repeat, and no URL of the RPC with its key", async () => {
    const connection = new Connection("http://127.0.0.1:9/?api-key=SECRET", "confirmed");
    const chain = { ...sandbox.chain, connection };
    const policy = Keypair.generate().publicKey;
    const context = createContext(connection, sandbox.payer);
    for (const error of [
      await caught(readPolicy(chain, policy)),
      await caught(getPaymentGateway(context, chain.gateway)),
    ]) {
      const shown = toGatewayError(error);
      expect(shown).to.include({ code: "chain_unavailable", status: 503, retryAfter: 2 });
      expect(shown.message).not.to.include("SECRET");
    }
  });

  it("given a node that is behind, then the read waits for it", async () => {
    const { chain } = sandbox;
    const build = await buildFunding(chain, sandbox.funding());
    const { slot } = await sandbox.send(build);
    const reading = readPolicy(chain, build.policy, { minContextSlot: slot + 3 });
    sandbox.localnet.chain.warp(5, 0);
    expect((await reading)!.slot).to.be.at.least(slot + 3);
  });

  it("given a payer without the money, then chain_refused with the amounts", async () => {
    const owner = Keypair.generate().publicKey;
    const error = toGatewayError(
      await caught(buildFunding(sandbox.chain, sandbox.funding({ owner }))),
    );
    expect(error.code).to.equal("chain_refused");
    expect(error.message).to.include("1000000000");
  });

  it("given a recipient that is not a wallet, then invalid_request", async () => {
    const recipient = sandbox.chain.mints.USDC!.mint;
    const error = toGatewayError(
      await caught(buildFunding(sandbox.chain, sandbox.funding({ recipient }))),
    );
    expect(error).to.include({ code: "invalid_request", status: 400 });
  });

  it("given a connection that the node closed while it was idle, then the read is made once more, and not a third time", async () => {
    let calls = 0;
    const failing = (times: number) => () => {
      calls += 1;
      return calls <= times
        ? Promise.reject(new TypeError("fetch failed"))
        : Promise.resolve("read");
    };
    expect(await callRpc("getSlot", failing(1))).to.equal("read");
    calls = 0;
    expect(await caught(callRpc("getSlot", failing(9)))).to.include({ code: "chain_unavailable" });
    expect(calls).to.equal(2);
  });

  it("leaves other errors alone", () => {
    expect(chainError(new Error("other"))).to.equal(null);
  });
});

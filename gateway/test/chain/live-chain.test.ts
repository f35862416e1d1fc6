import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { createLiveChain, type LiveChainOptions } from "../../src/chain";
import { startSandbox, type Sandbox, START } from "../harness/sandbox";

describe("live chain", () => {
  let sandbox: Sandbox;
  let options: LiveChainOptions;
  before(async () => {
    sandbox = await startSandbox();
    const { localnet } = sandbox;
    options = {
      url: localnet.url,
      signer: localnet.wallets.gatewaySigner,
      sponsor: Keypair.generate(),
      gateway: localnet.gateway,
      mints: { USDC: localnet.mint },
      programId: localnet.programId,
    };
  });
  after(() => sandbox.close());

  it("has the cluster's genesis, mints and time, and no key of a payer or payee", async () => {
    const chain = await createLiveChain(options);
    expect(chain.genesisHash).to.equal(sandbox.chain.genesisHash);
    expect(chain.mode).to.equal("live");
    expect(chain.mints.USDC!.decimals).to.equal(6);
    expect([chain.sandboxKey, chain.sandboxFund]).to.deep.equal([null, null]);
    expect(await chain.time()).to.equal(START);
  });

  const wrong: [string, () => Partial<LiveChainOptions>, string][] = [
    ["another genesis", () => ({ genesisHash: "mainnet" }), "genesisHash: expected mainnet"],
    [
      "a signer that the gateway does not name",
      () => ({ signer: Keypair.generate() }),
      "gateway: ",
    ],
    ["the signer as the sponsor", () => ({ sponsor: options.signer }), "sponsor: "],
    [
      "an address without a program",
      () => ({ programId: Keypair.generate().publicKey }),
      "programId: ",
    ],
    ["no mint", () => ({ mints: {} }), "mints: "],
    [
      "a mint that does not exist",
      () => ({ mints: { USDT: Keypair.generate().publicKey } }),
      "mints.USDT: ",
    ],
  ];
  for (const [what, change, text] of wrong) {
    it(`refuses ${what} at the start`, async () => {
      const error = await createLiveChain({ ...options, ...change() }).catch(
        (reason: Error) => reason,
      );
      expect(error).to.have.property("name", "ChainSetupError");
      expect((error as Error).message.startsWith(text), (error as Error).message).to.equal(true);
    });
  }

  it("refuses a gateway account that does not exist", async () => {
    const gateway = Keypair.generate().publicKey;
    const error = await createLiveChain({ ...options, gateway }).catch((reason: Error) => reason);
    expect(error).to.have.property("name", "AccountNotFoundError");
  });
});

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { Keypair } from "@solana/web3.js";
import { MilestoneClient } from "@milepost/sdk";
import { deploy, describeDeployment } from "../../migrations/deploy";
import { serveChain } from "../harness/serve-chain";
import { Chain, expectUnchanged, fixedKeypair, snapshot, startChain } from "../harness";

describe("migrations/deploy", () => {
  let chain: Chain;
  const client = (keypair: Keypair): MilestoneClient =>
    new MilestoneClient(chain.connection, keypair);
  beforeEach(async () => {
    chain = await startChain();
    await chain.airdrop(chain.upgradeAuthority.publicKey);
  });

  it("given a fresh deployment then config and gateway are created with what was asked for", async () => {
    const sdk = client(chain.upgradeAuthority);
    const signer = fixedKeypair("signer").publicKey;
    const deployment = await deploy(sdk, {
      protocolFeeBps: 50,
      gatewayName: "Acme",
      gatewayFeeBps: 100,
      gatewaySigner: signer,
    });
    expect(deployment.created).to.deep.equal(["config", "gateway"]);
    expect(deployment.differences).to.deep.equal([]);
    const config = await sdk.getProgramConfig();
    expect(config.protocolFeeBps).to.equal(50);
    expect(config.authority.equals(chain.upgradeAuthority.publicKey)).to.equal(true);
    const gateway = await sdk.getPaymentGateway(deployment.gateway);
    expect(gateway.feeBps).to.equal(100);
    expect(gateway.signer.equals(signer)).to.equal(true);
  });

  it("given a deployment when run again then not one byte changes, and differences are reported", async () => {
    const sdk = client(chain.upgradeAuthority);
    const first = await deploy(sdk, { protocolFeeBps: 50 });
    const before = await snapshot(chain, [first.config, first.gateway]);
    await expectUnchanged(before, async () => {
      for (let run = 0; run < 3; run++) {
        const again = await deploy(sdk);
        expect(again.created).to.deep.equal([]);
        expect(again.differences).to.deep.equal([]);
      }
      const other = await deploy(sdk, { protocolFeeBps: 60, gatewayFeeBps: 5 });
      expect(other.differences).to.deep.equal([
        "protocol fee (bps) is 50, asked for 60",
        "gateway fee (bps) is 0, asked for 5",
      ]);
      expect(describeDeployment(other)).to.include("left as it is");
    });
  });

  it("given a run that stopped after the config then the next one creates the gateway only", async () => {
    const sdk = client(chain.upgradeAuthority);
    await sdk.send(
      await sdk.initializeConfig({
        feeRecipient: chain.upgradeAuthority.publicKey,
        protocolFeeBps: 0,
      }),
    );
    expect((await deploy(sdk)).created).to.deep.equal(["gateway"]);
  });

  it("given an RPC URL and a keypair file then the command line does it, and again without harm", async () => {
    const { url, close } = await serveChain(chain);
    const directory = mkdtempSync(join(tmpdir(), "milepost-deploy-"));
    try {
      const keypair = join(directory, "id.json");
      writeFileSync(keypair, JSON.stringify([...chain.upgradeAuthority.secretKey]));
      const run = async (): Promise<string> =>
        (
          await promisify(execFile)(
            process.execPath,
            [
              require.resolve("tsx/cli"),
              join(__dirname, "../../migrations/deploy.ts"),
              ...["--url", url, "--keypair", keypair, "--protocol-fee-bps", "25"],
            ],
            { timeout: 60_000 },
          )
        ).stdout;
      expect(await run()).to.match(/config .* created\ngateway .* created/);
      expect(await run()).to.match(/config .* was there already\ngateway .* was there already/);
    } finally {
      close();
      rmSync(directory, { recursive: true });
    }
  });
});

import path from "node:path";
import { expect } from "chai";
import { createDatabase, dropDatabase, openServer, type Server } from "@milepost/database/testing";
import { CliProcess as KeeperProcess } from "../../../keeper/test/harness/cli-process";
import { RpcProxy } from "../../../keeper/test/faults/rpc-proxy";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { ask, fundedIntent, ServeWorld } from "../harness/serve-process";

const SECRET = `whsec_${Buffer.alloc(24, 3).toString("base64")}`;

describe("a keeper that asks a gateway on Postgres", () => {
  let gateway: SandboxGateway;
  let world: ServeWorld;
  let server: Server;
  let keeperDatabase: string;
  before(async () => {
    server = await openServer();
    keeperDatabase = await createDatabase(server);
    gateway = await startSandboxGateway();
    world = await ServeWorld.create(gateway);
  });
  after(async () => {
    await world?.remove();
    await gateway?.close();
    await dropDatabase(server, keeperDatabase);
    await server.stop();
  });

  it("given kill -9 before the gateway sends a completed milestone, then the keeper pays it once, long before the dead process's lease ends", async () => {
    const intent = await fundedIntent(gateway, 1);
    const pending = await fundedIntent(gateway, 1);
    await gateway.outbox.stop();
    const before = await gateway.balance("payee");
    const rpc = await RpcProxy.open(gateway.localnet.url);
    const sending = new Promise<void>((resolve) => {
      rpc.fault = ({ method }, next) => {
        if (method !== "sendTransaction") return next();
        resolve();
        return new Promise(() => undefined);
      };
    });
    const environment = { MILEPOST_GATEWAY_RELEASE_SECRET: SECRET };
    const doomed = await world.start(
      ["--url", rpc.url, "--ws-url", gateway.localnet.wsUrl],
      environment,
    );
    const url = `${intent.path}/escrow/milestones/${intent.ids[0]!}/complete`;
    const answer = ask(doomed, gateway.keys.test, "POST", url, { completedBy: "t" }).catch(
      () => null,
    );
    await sending;
    doomed.cli.child.kill("SIGKILL");
    await answer;
    const killedAt = performance.now();
    const heir = await world.start([], environment);
    const keeper = KeeperProcess.start(
      [
        ...["--url", gateway.localnet.url, "--ws-url", gateway.localnet.wsUrl],
        ...["--keypair", path.join(world.directory, "sponsor.json"), "--metrics-port", "off"],
        ...["--gateway-keypair", path.join(world.directory, "signer.json")],
        ...["--rule", `http:${heir.url}/release-approval`, "--database-url", keeperDatabase],
      ],
      { MILEPOST_KEEPER_WEBHOOK_SECRET: SECRET },
    );
    try {
      await keeper.line("milestone paid");
      expect(performance.now() - killedAt, "before the lease ends").to.be.lessThan(30_000);
      expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
      for (;;) {
        const { body } = await ask(
          heir,
          gateway.keys.test,
          "GET",
          `${intent.path}/escrow/milestones`,
        );
        if (body.data[0].status === "RELEASED") break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const other = await ask(heir, gateway.keys.test, "GET", `${pending.path}/escrow/milestones`);
      expect(other.body.data[0].status).to.equal("PENDING");
      expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
    } finally {
      await keeper.end();
      await rpc.close();
    }
  });

  it("given no secret, then the path does not exist", async () => {
    const served = await world.start();
    const { status } = await fetch(`${served.url}/release-approval`, { method: "POST" });
    expect(status).to.equal(404);
  });

  it("given a secret that is not valid, then serve exits with 2 and does not print it", async () => {
    const { code, errors } = await world.ended(world.flags(), {
      MILEPOST_GATEWAY_RELEASE_SECRET: "hunter22",
    });
    expect(code).to.equal(2);
    expect(errors).to.match(/^MILEPOST_GATEWAY_RELEASE_SECRET takes whsec_ /);
    expect(errors).not.to.include("hunter22");
  });
});

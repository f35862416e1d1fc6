/** Many who ask a keeper over HTTP without a pause, while it has payments to make. */
import { expect } from "chai";
import { CliProcess } from "../cli-process";
import { FaultWorld } from "./fault-world";
import { openServer, type Server } from "./server";

const CLIENTS = 300;

describe("faults: a flood of requests over HTTP", () => {
  let server: Server;
  let world: FaultWorld;
  before(async () => {
    server = await openServer();
    world = await FaultWorld.open(server);
  });
  after(async () => {
    await world?.close();
    await server?.stop();
  });

  it("given 300 clients that ask for status and readiness without a pause, when payments come due, then each milestone is paid once, and the clients had few connections of the database", async function () {
    this.timeout(300_000);
    const keeper = CliProcess.start([
      ...["--url", world.rpcUrl, "--keypair", world.keypair, "--metrics-port", "0"],
      ...["--database-url", world.databaseUrl],
    ]);
    try {
      const { port } = await keeper.line("metrics, health and status");
      await keeper.line("chain scanned");
      let isOver = false;
      let answered = 0;
      const ask = async (path: string) => {
        while (!isOver) {
          const response = await fetch(`http://127.0.0.1:${port as number}${path}`);
          await response.text();
          expect(response.status, path).to.equal(200);
          answered += 1;
        }
      };
      const clients = Array.from({ length: CLIENTS }, (_, index) =>
        ask(["/status", "/readyz", "/metrics"][index % 3]!),
      );
      const flood = Promise.all(clients);
      flood.catch(() => undefined);
      const policies = await world.due(2, 1, 1, 1);
      await world.untilOver(policies);
      const answeredBefore = answered;
      await world.until(async () => answered > answeredBefore + CLIENTS);
      isOver = true;
      await flood;
      await world.expectPaidOnce(policies);
      const [sessions] = await world.database.query<{ count: string }>(
        `SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'milepost-keeper'`,
      );
      // Five of the keeper's, two for status, and two of this test.
      expect(Number(sessions!.count)).to.be.at.most(9);
      expect(keeper.lines.filter(({ level }) => level === "warn")).to.deep.equal([]);
    } finally {
      await keeper.end();
    }
  });
});

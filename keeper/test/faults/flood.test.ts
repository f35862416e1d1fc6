/** Faults by many clients that query a keeper over HTTP without a pause, while it has payments to make. */
import { expect } from "chai";
import { openServer, type Server } from "@milepost/database/testing";
import { CliProcess } from "../harness/cli-process";
import { FaultWorld } from "./fault-world";

const CLIENTS = 100;

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

  it("given 100 clients that ask for status and readiness without a pause, when payments come due, then each milestone is paid once, and the clients used few database connections", async function () {
    this.timeout(300_000);
    const keeper = CliProcess.start([
      ...["--url", world.rpcUrl, "--keypair", world.keypair, "--metrics-port", "0"],
      ...["--database-url", world.databaseUrl],
    ]);
    try {
      const { port } = await keeper.line("metrics, health and status");
      const statusOf = (asked: string) => statusAt(`http://127.0.0.1:${port as number}${asked}`);
      // It has scanned the chain before it knows its fee payer's balance.
      while ((await statusOf("/readyz")) !== 200);
      let isOver = false;
      let answered = 0;
      const ask = async (path: string) => {
        while (!isOver) {
          const status = await statusOf(path);
          // A machine that is too busy for a ping of the database within two seconds makes the keeper unready.
          if (path !== "/readyz" || status !== 503) expect(status, path).to.equal(200);
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
      while ((await statusOf("/readyz")) !== 200);
      await world.expectPaidOnce(policies);
      const [sessions] = await world.database.query<{ count: string }>(
        `SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'milepost-keeper'`,
      );
      // The keeper has five, status two, and this test two.
      expect(Number(sessions!.count)).to.be.at.most(9);
      expect(keeper.lines.filter(({ level }) => level === "warn")).to.deep.equal([]);
    } finally {
      await keeper.end();
    }
  });
});

/**
 * Returns the status of an answer. Asks again, as clients do, after the server has closed the connection: it closes one
 * that a busy client left idle for five seconds. A server that has ended refuses the next connection.
 */
async function statusAt(url: string): Promise<number> {
  for (;;) {
    try {
      const response = await fetch(url);
      await response.text();
      return response.status;
    } catch (error) {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      if (!["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(code ?? "")) throw error;
    }
  }
}

/** The gateway's HTTP server on a Postgres, without a chain: `tsx gateway-server.ts DATABASE_URL`. */
import { migrate, openDatabase } from "@milepost/database";
import { createAccount, createKey } from "../src/keys/store";
import { buildApp } from "../src/http/app";
import { RESOURCES } from "../src/resources";
import { GATEWAY_SCHEMA, PROGRAM } from "../src/store/migrations";
import { benchContext } from "./bench-context";

async function main(): Promise<void> {
  const database = await openDatabase({ url: process.argv[2]! }, PROGRAM);
  await migrate(database, GATEWAY_SCHEMA);
  const context = benchContext(database);
  const accountId = await createAccount(database, "Bench", context.now());
  const key = await createKey(
    database,
    { accountId, mode: "test", name: "bench", scopes: null },
    context.now(),
  );
  const app = await buildApp(context, RESOURCES);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as { port: number };
  process.on("message", () => process.send!({ rss: process.memoryUsage().rss }));
  process.send!({ url: `http://127.0.0.1:${port}`, key: key.text, accountId });
}

void main();

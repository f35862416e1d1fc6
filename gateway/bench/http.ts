/** Reads and creations of intents against bare Fastify with the same statements on the same Postgres. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { type Database, migrate, openDatabase } from "@milepost/database";
import { startPostgres } from "@milepost/database/testing";
import { buildApp } from "../src/http/app";
import { createAccount, createKey } from "../src/keys/store";
import { RESOURCES } from "../src/resources";
import { GATEWAY_SCHEMA, PROGRAM } from "../src/store/migrations";
import { benchContext } from "./bench-context";
import { compare } from "./load";

const INTENT = {
  amount: "1000.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "OFF_RAMP_MOCK",
  settlementDestination: "bank_account_123",
  description: "Bench",
  metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
};

/** Intents in the database while memory is measured. */
const MANY = 100_000;

interface Started {
  url: string;
  key: string;
  accountId: string;
}

/** Starts a server as a process of its own and waits for its first message. */
function start(file: string, ...args: string[]): Promise<{ child: ChildProcess; said: Started }> {
  const child = fork(join(__dirname, file), args, { execArgv: ["--import", "tsx"] });
  return new Promise((resolve, reject) => {
    child.once("message", (said) => resolve({ child, said: said as Started }));
    child.once("exit", (code) => reject(new Error(`${file} exited with ${code}`)));
  });
}

/** Runs `work` on a Postgres of its own. */
export async function benchHttp(): Promise<void> {
  const postgres = await startPostgres();
  const children: ChildProcess[] = [];
  try {
    const database = await openDatabase({ url: postgres.url }, PROGRAM);
    await migrate(database, GATEWAY_SCHEMA);
    const statements = await statementsOfOneCreation(database);
    const gateway = await start("gateway-server.ts", postgres.url);
    children.push(gateway.child);
    const bare = await start("bare-server.ts", postgres.url, JSON.stringify(statements));
    children.push(bare.child);
    await benchReads(gateway.said, bare.said.url);
    await benchCreations(gateway.said, bare.said.url);
    await benchMemory(database, gateway.child, gateway.said);
    await database.close();
  } finally {
    for (const child of children) child.kill();
    await postgres.stop();
  }
}

async function benchReads({ url, key }: Started, bareUrl: string): Promise<void> {
  const headers = { "x-api-key": key, "content-type": "application/json" };
  const created = await fetch(`${url}/v1/payment-intents`, {
    method: "POST",
    headers,
    body: JSON.stringify(INTENT),
  });
  const { id } = (await created.json()) as { id: string };
  const ours = {
    name: "GET intent",
    method: "GET",
    url: `${url}/v1/payment-intents/${id}`,
    headers,
  } as const;
  const bare = { name: "bare GET", method: "GET", url: `${bareUrl}/intents/${id}` } as const;
  report("read an intent", await compare(ours, bare), 0.6);
}

async function benchCreations({ url, key }: Started, bareUrl: string): Promise<void> {
  const headers = { "x-api-key": key, "content-type": "application/json" };
  const ours = {
    name: "POST intent",
    method: "POST",
    url: `${url}/v1/payment-intents`,
    headers,
    body: JSON.stringify(INTENT),
  } as const;
  const bare = { name: "bare POST", method: "POST", url: `${bareUrl}/intents` } as const;
  report("create an intent", await compare(ours, bare), 0.4);
}

function report(
  name: string,
  { ours, bare, ratio }: Awaited<ReturnType<typeof compare>>,
  target: number,
) {
  const verdict = ratio >= target ? "met" : "MISSED";
  console.log(
    `${name}: ${ours.toFixed(0)}/s, bare Fastify ${bare.toFixed(0)}/s, ratio ${ratio.toFixed(2)} (target ${target}: ${verdict})`,
  );
}

/** Fills the table and pages through it, then asks the gateway for its memory. */
async function benchMemory(
  database: Database,
  child: ChildProcess,
  { url, key, accountId }: Started,
) {
  await database.query(
    `INSERT INTO milepost_gateway.payment_intents
     SELECT r.*
     FROM (SELECT * FROM milepost_gateway.payment_intents WHERE account_id = $1 LIMIT 1) i, generate_series(1, $2::int) n,
       jsonb_populate_record(NULL::milepost_gateway.payment_intents,
         to_jsonb(i) || jsonb_build_object('id', 'intent_0' || lpad(n::text, 25, '0'))) r`,
    [accountId, MANY],
  );
  const headers = { "x-api-key": key };
  let after = "";
  let seen = 0;
  for (let page = 0; page < 200; page += 1) {
    const answer = await fetch(`${url}/v1/payment-intents?limit=100${after}`, { headers });
    const { data } = (await answer.json()) as { data: { id: string }[] };
    seen += data.length;
    after = `&starting_after=${data.at(-1)!.id}`;
  }
  const rss = await new Promise<number>((resolve) => {
    child.once("message", (said) => resolve((said as { rss: number }).rss));
    child.send("memory");
  });
  const megabytes = rss / 1024 / 1024;
  const verdict = megabytes <= 250 ? "met" : "MISSED";
  console.log(
    `memory with ${MANY.toLocaleString("en")} intents, ${seen.toLocaleString("en")} of them listed: ${megabytes.toFixed(0)} MB (target 250: ${verdict})`,
  );
}

/** Creates one intent in this process and notes the statements of its transaction. */
async function statementsOfOneCreation(database: Database) {
  const noted: { text: string; values: unknown[] }[] = [];
  const noting: Database = {
    query: (text, values) => database.query(text, values),
    script: (text) => database.script(text),
    close: () => database.close(),
    transaction: (work) =>
      database.transaction((transaction) =>
        work({
          ...transaction,
          query(text, values = []) {
            noted.push({ text, values });
            return transaction.query(text, values);
          },
        }),
      ),
  };
  const context = benchContext(noting);
  const accountId = await createAccount(database, "Noted", context.now());
  const { text } = await createKey(
    database,
    { accountId, mode: "test", name: "noted", scopes: null },
    context.now(),
  );
  const app = await buildApp(context, RESOURCES);
  noted.length = 0;
  const answer = await app.inject({
    method: "POST",
    url: "/v1/payment-intents",
    headers: { "x-api-key": text },
    payload: INTENT,
  });
  if (answer.statusCode !== 201)
    throw new Error(`the creation answered ${answer.statusCode}: ${answer.body}`);
  await app.close();
  return noted;
}

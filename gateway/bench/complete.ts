/** Completions on a localnet, with a real outbox on a Postgres: from the request to RELEASED, and a thousand at once. */
import { migrate, openDatabase } from "@milepost/database";
import { startPostgres } from "@milepost/database/testing";
import { createAccount, createKey } from "../src/keys/store";
import { GATEWAY_SCHEMA, PROGRAM } from "../src/store/migrations";
import { fundedIntent } from "../test/harness/serve-process";
import { tokenBalance } from "../test/harness/worker-context";
import { type SandboxGateway, startSandboxGateway } from "../test/harness/sandbox-gateway";

/** Completions one after another. */
const SINGLE = 100;
/** Intents of four milestones each, all completed at once. */
const INTENTS = 250;
const MILESTONES = 4;
/** Accounts that have them, each with a payer and a payee of its own. */
const ACCOUNTS = 25;
/** Base units of 100.00 less the gateway's one percent. */
const NET = 99_000_000n;

/** Measures both on a Postgres of its own. */
export async function benchComplete(): Promise<void> {
  const postgres = await startPostgres();
  const another = () => openDatabase({ url: postgres.url }, PROGRAM);
  const database = await another();
  await migrate(database, GATEWAY_SCHEMA);
  const drop = () => database.close();
  const gateway = await startSandboxGateway({
    on: { database, url: postgres.url, another, drop },
  });
  try {
    await benchSingle(gateway);
    await benchAtOnce(gateway);
  } finally {
    await gateway.close();
    await postgres.stop();
  }
}

interface Milestone {
  /** Path of its intent. */
  path: string;
  id: string;
}

/** Completes a milestone; false where the answer came before the chain's. */
async function complete(gateway: SandboxGateway, { path, id }: Milestone): Promise<boolean> {
  const url = `${path}/escrow/milestones/${id}/complete`;
  const answer = await gateway.post(url, { completedBy: "bench" });
  if (answer.status !== 200) {
    throw new Error(`${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return (answer.body as { data: { status: string } }).data.status === "RELEASED";
}

async function benchSingle(gateway: SandboxGateway): Promise<void> {
  const times: number[] = [];
  while (times.length < SINGLE) {
    const { path, ids } = await fundedIntent(gateway, 20);
    for (const id of ids) {
      const start = performance.now();
      if (!(await complete(gateway, { path, id }))) throw new Error("not released in ten seconds");
      times.push(performance.now() - start);
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(0);
  console.log(
    `complete to RELEASED, one after another (${times.length}): p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
}

/** Returns gateways of several new accounts: the policies of one payer are created one after another. */
function accountsOf(gateway: SandboxGateway): Promise<SandboxGateway[]> {
  const { database, now } = gateway.context;
  return Promise.all(
    Array.from({ length: ACCOUNTS }, async (_, index): Promise<SandboxGateway> => {
      const accountId = await createAccount(database, `Bench ${index}`, now());
      const key = { accountId, mode: "test", name: "bench", scopes: null } as const;
      const { text } = await createKey(database, key, now());
      const post: SandboxGateway["post"] = (path, body, headers) =>
        gateway.post(path, body, { "x-api-key": text, ...headers });
      return { ...gateway, accountId, post };
    }),
  );
}

/** Base units that the payees of the accounts have. */
async function paidTo(accounts: readonly SandboxGateway[]): Promise<bigint> {
  const balances = accounts.map(({ chain, accountId }) =>
    tokenBalance(chain, chain.sandboxKey!(accountId, "payee").publicKey),
  );
  return (await Promise.all(balances)).reduce((sum, units) => sum + units, 0n);
}

async function benchAtOnce(gateway: SandboxGateway): Promise<void> {
  const accounts = await accountsOf(gateway);
  const funded = accounts.map(async (account) => {
    const own: { account: SandboxGateway; path: string; ids: string[] }[] = [];
    while (own.length < INTENTS / ACCOUNTS) {
      own.push({ account, ...(await fundedIntent(account, MILESTONES)) });
    }
    return own;
  });
  const intents = (await Promise.all(funded)).flat();
  const before = await paidTo(accounts);
  const start = performance.now();
  // The milestones of an intent are asked for in their order; the intents all at once.
  await Promise.all(
    intents.map(async ({ account, path, ids }) => {
      for (const id of ids) await complete(account, { path, id });
    }),
  );
  await gateway.settled();
  const seconds = (performance.now() - start) / 1_000;
  await report(gateway, intents, { paid: (await paidTo(accounts)) - before, seconds });
}

async function report(
  gateway: SandboxGateway,
  intents: { path: string }[],
  { paid, seconds }: { paid: bigint; seconds: number },
): Promise<void> {
  const count = intents.length * MILESTONES;
  const [row] = await gateway.context.database.query<{ released: string; sent: string }>(
    `SELECT count(*) AS released, count(DISTINCT release_signature) AS sent FROM milepost_gateway.milestones
     WHERE intent_id = ANY($1) AND status = 'RELEASED'`,
    [intents.map(({ path }) => path.split("/").at(-1))],
  );
  const isOnce = Number(row!.released) === count && paid === NET * BigInt(count);
  if (!isOnce) {
    throw new Error(`${row!.released} of ${count} released, ${paid} base units paid`);
  }
  const perSecond = Number(row!.sent) / seconds;
  const perMilestone = Number(row!.sent) / count;
  console.log(
    `${count.toLocaleString("en")} completes at once: all released once, in ${seconds.toFixed(1)} s: ` +
      `${perSecond.toFixed(0)} transactions per second, ${perMilestone.toFixed(2)} per milestone`,
  );
}

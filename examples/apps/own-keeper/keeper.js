// A keeper inside a program of your own. Needs a localnet: npx @milepost/localnet
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createKeeper,
  createLog,
  createMetrics,
  migrate,
  openConnections,
  openDatabase,
  openQueue,
  openSocket,
} from "@milepost/keeper";
import { connectLocalnet } from "@milepost/localnet";
import { getChainTime, MilestoneClient, RELEASE_DUE_DATE } from "@milepost/sdk";

const { connection, wallets, mint, gateway, url, wsUrl } = await connectLocalnet();

// An owner's plan: one payment, due now.
const client = new MilestoneClient(connection, wallets.owner);
const now = (await getChainTime(client)).toNumber();
const { instructions, policy } = await client.prepareMilestone(
  mint,
  wallets.recipient.publicKey,
  gateway,
  [2_000_000n],
  [now],
  RELEASE_DUE_DATE,
);
await client.send(instructions);

const directory = await mkdtemp(join(tmpdir(), "own-keeper-"));
const database = await openDatabase({ directory });
await migrate(database);
const { any, each } = openConnections({ urls: [url], wsUrl });
const queue = await openQueue(database, { isAlone: true });

const outcome = await new Promise((resolve) => {
  const keeper = createKeeper({
    database,
    queue,
    connection: any,
    connections: each,
    connect: () => openSocket(url, { wsUrl }),
    feePayer: wallets.keeper,
    log: createLog({ level: "warn" }),
    metrics: createMetrics(),
    events: {
      executed: (executed) => {
        if (executed.policy !== policy.toBase58()) return;
        void keeper.stop().then(() => resolve(executed));
      },
    },
  });
  void keeper.start();
});
await database.close();
await rm(directory, { recursive: true });

const { signature, milestoneIndex, executedAt } = outcome;
console.log(
  JSON.stringify({ policy, signature, milestoneIndex, executedAt: executedAt.toString() }),
);
process.exit(0);

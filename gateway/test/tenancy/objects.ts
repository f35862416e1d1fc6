/** One object of each kind that a path of the API can name, all of one account. */
import { Keypair } from "@solana/web3.js";
import { createHash } from "node:crypto";
import { createDirectoryStorage } from "../../src/file-storage/directory-storage";
import { insertDispute } from "../../src/disputes/store";
import { newId } from "../../src/ids/ids";
import { notify } from "../../src/notifications/notify";
import { insertAction } from "../../src/project-steps/action-store";
import { requireProject } from "../../src/projects/require";
import { insertReconciliation } from "../../src/reconciliation/store";
import { insertReview } from "../../src/reviews/store";
import { insertWallet } from "../../src/wallets/store";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import type { Operation } from "../harness/operations";
import { fileForm, png, temporaryDirectory } from "../harness/upload";

/** Names of path parameters by the first segment of a path, such as `projects`, and their values. */
export type Objects = Record<string, Record<string, string>>;

/** Returns the path with the owner's ids. Throws where `objects.ts` has none: a new kind of object needs a line there. */
export function pathOf({ id, path }: Operation, objects: Objects): string {
  const values = objects[path.split("/")[2]!] ?? {};
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    if (!values[name]) throw new Error(`${id}: test/tenancy/objects.ts has no value for ${name}`);
    return values[name];
  });
}

/** A gateway with the objects of its first account. */
export interface World {
  gateway: TestGateway;
  objects: Objects;
  /** Ids of the owner's people, files and endpoints, by the names that queries and bodies have for them. */
  references: Record<string, string>;
  close(): Promise<void>;
}

/** Creates them over HTTP where no chain is needed, else as rows. */
export async function openWorld(): Promise<World> {
  const directory = temporaryDirectory();
  const storage = await createDirectoryStorage(directory.path);
  const gateway = await startTestGateway(undefined, { files: { storage } });
  const intent = await createIntent(gateway);
  const project = await createProject(gateway);
  const file = await createFile(gateway);
  const key = await created(gateway, "/v1/api-keys", { name: "Second" });
  const hook = await created(gateway, "/v1/webhook-endpoints", { url: "https://example.com/hook" });
  const { id, intent: event } = await createRows(gateway, intent, project);
  return {
    gateway,
    objects: {
      "api-keys": { keyId: key.id },
      account: { walletId: id.wallet },
      "payment-intents": { id: intent.id, mid: intent.milestoneId, did: id.dispute },
      persons: { id: project.homeowner.id },
      projects: { id: project.id, milestoneId: project.milestones[0].id, actionId: id.action },
      files: { id: file.id },
      events: { id: event },
      inbox: { id: id.notification },
      reconciliations: { id: id.reconciliation },
      "webhook-endpoints": { id: hook.id },
    },
    references: {
      ...{ paymentIntentId: intent.id, objectId: intent.id, object_id: intent.id, event },
      ...{ party: project.homeowner.id, person: project.homeowner.id, project: project.id },
      ...{ fileId: file.id, endpoint: hook.id, keyId: key.id },
      payerAddress: Keypair.generate().publicKey.toBase58(),
      wallet: Keypair.generate().publicKey.toBase58(),
    },
    async close() {
      await gateway.close();
      directory.remove();
    },
  };
}

async function created(gateway: TestGateway, path: string, body: object) {
  const answer = await gateway.request("POST", path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function createIntent(gateway: TestGateway) {
  const body = {
    ...{ amount: "1000.00", currency: "USDC", type: "DELIVERY_VS_PAYMENT" },
    ...{ settlementMethod: "OFF_RAMP_MOCK", settlementDestination: "bank_account_123" },
    metadata: { releaseType: "MILESTONE_LOCKED", autoRelease: true },
  };
  const { id } = await created(gateway, "/v1/payment-intents", body);
  const drafts = `/v1/payment-intents/${id}/escrow/milestones`;
  const milestone = await created(gateway, drafts, { milestoneIndex: 0, amount: "1000.00" });
  return { id: id as string, milestoneId: milestone.id as string };
}

const createProject = (gateway: TestGateway) =>
  created(gateway, "/v1/projects", {
    ...{ title: "Kitchen", projectType: "kitchen_renovation", size: "small" },
    ...{ amount: "1000.00", currency: "USDC" },
    homeowner: { name: "Ada", email: "ada@example.com" },
    contractor: { name: "Brook" },
    mediator: { name: "Carol" },
  });

async function createFile(gateway: TestGateway): Promise<{ id: string }> {
  const { payload, headers } = fileForm(png());
  const answer = await gateway.app.inject({
    method: "POST",
    url: "/v1/files",
    headers: { ...headers, "x-api-key": gateway.keys.test },
    payload,
  });
  return answer.json();
}

type Created = Awaited<ReturnType<typeof createProject>>;

/** Rows of objects that only a chain or a clock creates. */
async function createRows(
  { context, accountId }: TestGateway,
  intent: { id: string; milestoneId: string },
  project: Created,
) {
  const { database, now } = context;
  const owner = { accountId, mode: "test" as const };
  const dispute = newId("dispute", now());
  await insertDispute(database, {
    ...{ id: dispute, intentId: intent.id, milestoneId: intent.milestoneId, reason: "Late" },
    reasonHash: createHash("sha256").update("Late").digest("hex"),
    ...{ raisedBy: "buyer", status: "raised" as never, isOnChain: false, raisedAt: 1n },
    ...{ resolvedAt: null, outcome: null, signature: null, problem: null, jobId: null },
    ...{ createdAt: now(), updatedAt: now() },
  });
  const [notification] = await notify(
    database,
    owner,
    {
      ...{ kind: "milestone.funded", projectId: project.id, milestoneId: project.milestones[0].id },
      ...{ subject: "Funded", text: "The money is there.", at: 1n },
      recipients: [{ personId: project.homeowner.id, addresses: [] }],
    },
    now(),
  );
  const reconciliation = await insertReconciliation(database, { ...owner, trigger: "api" }, now());
  await insertReview(
    database,
    owner,
    {
      ...{ project_id: project.id, author_id: project.homeowner.id },
      ...{ subject_id: project.contractor.id, rating: 5, submitted_at: 1n },
      ...{ public_comment: "Good", private_comment: "" },
    },
    now(),
  );
  const row = await requireProject(database, owner, project.id);
  const action = await insertAction(
    database,
    {
      ...{ project: row, milestoneId: project.milestones[0].id, part: 0, kind: "fund" },
      ...{ personId: project.homeowner.id, payload: {}, state: "pending", idempotencyKey: null },
    },
    now(),
  );
  const address = Keypair.generate().publicKey.toBase58();
  const wallet = await insertWallet(database, owner, { address, label: null }, now());
  const [event] = await database.query<{ id: string }>(
    "SELECT id FROM milepost_gateway.events WHERE account_id = $1 ORDER BY id LIMIT 1",
    [accountId],
  );
  return {
    id: {
      ...{ dispute, notification: notification!.id, reconciliation: reconciliation.id },
      ...{ wallet: wallet.id, action },
    },
    intent: event!.id,
  };
}

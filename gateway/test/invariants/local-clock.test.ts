/** G12: every decision takes the chain's time, so that a wrong clock of the machine changes no outcome. */
import { expect } from "chai";
import {
  complete,
  createIntent,
  expectAgreement,
  fundedIntent,
  policyOf,
} from "../harness/intent-world";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

const DAY_MS = 86_400_000;

/** Runs payments whose outcome depends on the time; returns each status and sum at each second that counts. */
async function outcomes(offsetMs: number): Promise<unknown[]> {
  const now = () => new Date(Date.now() + offsetMs);
  const gateway = await startSandboxGateway({ clock: "manual", outbox: { now } });
  try {
    expect(Math.abs(gateway.context.now().getTime() - Date.now() - offsetMs)).to.be.lessThan(1_000);
    const found = [
      ...(await timeLock(gateway)),
      ...(await silence(gateway)),
      ...(await overdue(gateway)),
    ];
    await expectAgreement(gateway);
    return found;
  } finally {
    await gateway.close();
  }
}

/** What is seen of an intent at a second of the chain. */
async function seen(gateway: SandboxGateway, path: string, time: bigint): Promise<unknown[]> {
  gateway.setTime(time);
  await gateway.settled();
  const { body: order } = await gateway.get(`${path}/escrow`);
  const { milestones } = await policyOf(gateway, path);
  const [payer, payee] = [await gateway.balance("payer"), await gateway.balance("payee")];
  const { orderStatus, settlementStatus, releasedAt } = order;
  const states = milestones.map(({ state, paid, refunded }) => `${state} ${paid} ${refunded}`);
  return [time, orderStatus, settlementStatus, releasedAt, ...states, payer, payee];
}

async function timeLock(gateway: SandboxGateway): Promise<unknown[]> {
  const until = START + 5_000n;
  const intent = await createIntent(gateway, {
    ...{ releaseType: "TIME_LOCKED", timeLockUntil: until.toString() },
  });
  await gateway.post(`${intent.path}/confirm`, { signature: "0x...", payerAddress: "0x..." });
  await gateway.settled();
  await gateway.request("PATCH", `${intent.path}/escrow`, { orderStatus: "DELIVERED" });
  return [await seen(gateway, intent.path, until - 1n), await seen(gateway, intent.path, until)];
}

async function silence(gateway: SandboxGateway): Promise<unknown[]> {
  const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
  await complete(gateway, intent, 0);
  const { silentApprovalAt } = (await policyOf(gateway, intent.path)).milestones[0]!;
  return [
    await seen(gateway, intent.path, silentApprovalAt! - 1n),
    await seen(gateway, intent.path, silentApprovalAt!),
  ];
}

async function overdue(gateway: SandboxGateway): Promise<unknown[]> {
  const intent = await fundedIntent(gateway, { amounts: ["100.00"], deliveryPeriod: 1_000 });
  const { reclaimableAt } = (await policyOf(gateway, intent.path)).milestones[0]!;
  const found: unknown[] = [];
  for (const time of [reclaimableAt! - 1n, reclaimableAt!]) {
    gateway.setTime(time);
    const reclaim = `${intent.path}/escrow/milestones/${intent.ids[0]!}/reclaim`;
    const { status, body } = await gateway.post(reclaim);
    found.push([time, status, body.error?.code ?? body.status]);
  }
  return [...found, await seen(gateway, intent.path, reclaimableAt!)];
}

describe("a wrong local clock", () => {
  it("given the machine's clock a day ahead or behind then the same payments happen at the same second of the chain", async function () {
    this.timeout(240_000);
    const right = await outcomes(0);
    expect(right).to.have.length(7);
    for (const offset of [DAY_MS, -DAY_MS]) {
      expect(await outcomes(offset), `${offset / DAY_MS} days`).to.deep.equal(right);
    }
  });
});

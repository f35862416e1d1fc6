import { expect } from "chai";
import { openServer, type Server } from "@milepost/database/testing";
import { seededRandom } from "../../bench/random";
import { FaultWorld } from "./fault-world";
import { result, type RpcFault, RpcProxy } from "./rpc-proxy";

const DROPPED_SIGNATURE = "1".repeat(64);
const HOUR = 3_600n;

describe("faults: the RPC", () => {
  let server: Server;
  let world: FaultWorld;
  let proxy: RpcProxy;
  /** Transactions that the RPC received. */
  let sent: string[];
  before(async () => {
    server = await openServer();
  });
  after(() => server?.stop());
  beforeEach(async () => {
    world = await FaultWorld.open(server);
    proxy = await RpcProxy.open(world.rpcUrl);
    sent = [];
  });
  afterEach(async () => {
    await world.close();
    await proxy.close();
  });

  const through = () => ({
    urls: [proxy.url],
    wsUrl: proxy.wsUrl,
    eachTimeoutMs: 1_000,
    silenceMs: 4_000,
    gapMs: 2_000,
  });

  /** Replaces the answer to the first transactions. */
  function sending(count: number, instead: RpcFault): RpcFault {
    return async (request, next) => {
      if (request.method !== "sendTransaction") return next();
      sent.push(String(request.params![0]));
      return sent.length <= count ? instead(request, next) : next();
    };
  }

  const never = () => new Promise<never>(() => undefined);

  const SENDING: [string, RpcFault][] = [
    ["takes it and drops it", async (request) => result(request, DROPPED_SIGNATURE)],
    ["hangs up after it landed", async (_, next) => next().then(() => null)],
    ["answers nothing while it lands", async (_, next) => next().then(never)],
    ["hangs up before it lands", async () => null],
  ];
  for (const [name, instead] of SENDING) {
    it(`given an RPC that, when it gets a transaction, ${name}, when the keeper goes on, then it sends only the same bytes, and they are paid once`, async () => {
      const policies = await world.due(1, 1);
      proxy.fault = sending(3, instead);
      await world.keepUntilOver(policies, through());
      await world.expectPaidOnce(policies);
      expect(new Set(sent).size).to.equal(1);
      expect(await world.attempts()).to.deep.equal(["landed"]);
    });
  }

  it("given an RPC that never lands a transaction, when its blockhash has expired, then another is signed, not earlier, and that one lands", async () => {
    // One policy is enough: two postponed ones need not share the second transaction.
    const policies = await world.due(1);
    const isGone = new Promise<void>((resolve) => {
      proxy.fault = async (request, next) => {
        if (request.method !== "sendTransaction") return next();
        const wire = String(request.params![0]);
        sent.push(wire);
        if (sent.length === 4) resolve();
        return wire === sent[0] ? result(request, DROPPED_SIGNATURE) : next();
      };
    });
    const keeper = world.keeper(through());
    await isGone;
    expect(new Set(sent).size).to.equal(1);
    expect(await world.attempts()).to.deep.equal(["signed"]);
    // One slot more than a blockhash lives.
    await world.chain.net.rpc("localnet_warp", [{ slots: 200, seconds: 80 }]);
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
    expect(await world.attempts()).to.deep.equal(["expired", "landed"]);
    expect(new Set(sent).size).to.equal(2);
  });

  it("given an RPC that lags behind with statuses, when the transaction has landed, then nothing else is signed for it", async () => {
    const policies = await world.due(2);
    let lags = 6;
    proxy.fault = async (request, next) => {
      if (request.method === "sendTransaction") sent.push(String(request.params![0]));
      if (request.method !== "getSignatureStatuses" || lags-- <= 0) return next();
      return result(request, { context: { slot: 1 }, value: [null] });
    };
    await world.keepUntilOver(policies, through());
    await world.expectPaidOnce(policies);
    expect(await world.attempts()).to.deep.equal(["landed", "landed"]);
    expect(new Set(sent).size).to.equal(2);
  });

  it("given an RPC whose accounts lag behind, when milestones were paid that it does not know of, then none is paid again", async () => {
    const policies = await world.due(2, 2);
    const watched = new Set(policies.map(({ address }) => address.toBase58()));
    const before = new Map<string, unknown>();
    let isBehind = true;
    let asked = 0;
    // A read shows each account as it was at its first read, whichever others are read with it. A read as of some
    // slot or later goes to a node that has reached it: so does every read that depends on a payment.
    proxy.fault = async ({ method, params }, next) => {
      const [addresses, config] = params as [string[], { minContextSlot?: number }];
      if (method !== "getMultipleAccounts" || !isBehind) return next();
      if (config.minContextSlot) {
        if (addresses.some((address) => watched.has(address))) asked += 1;
        return next();
      }
      const answer = await next();
      const body = JSON.parse(answer.body) as { result: { value: unknown[] } };
      body.result.value = body.result.value.map((account, index) => {
        const about = JSON.stringify([addresses[index], config]);
        if (!before.has(about)) before.set(about, account);
        return before.get(about);
      });
      return { ...answer, body: JSON.stringify(body) };
    };
    const keeper = world.keeper(through());
    await keeper.line("milestone paid", 2);
    await world.until(async () => asked > 0, keeper);
    isBehind = false;
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
  });

  it("given two RPCs that disagree, when one says of every transaction that it failed, then the accounts decide, and each milestone is paid once", async () => {
    const policies = await world.due(2, 1);
    let lies = 0;
    proxy.fault = async (request, next) => {
      if (request.method !== "getSignatureStatuses") return next();
      lies += 1;
      const err = { InstructionError: [1, { Custom: 1 }] };
      const status = { slot: 1, confirmations: null, err, status: { Err: err } };
      const value = [{ ...status, confirmationStatus: "finalized" }];
      return result(request, { context: { slot: 1 }, value });
    };
    await world.keepUntilOver(policies, { ...through(), urls: [world.rpcUrl, proxy.url] });
    await world.expectPaidOnce(policies);
    expect(lies).to.be.greaterThan(0);
  });

  const ANSWERS: [string, RpcFault][] = [
    ["429", async () => ({ status: 429, body: "Too many requests" })],
    ["503", async () => ({ status: 503, body: "<html>try later</html>" })],
    ["garbage", async () => ({ status: 200, body: "<html>hello</html>" })],
    ["half an answer", async (_, next) => next().then(({ status, body }) => cut(status, body))],
    ["a hang-up", async () => null],
    ["what it should, half a second late", async (_, next) => next().then((it) => later(500, it))],
  ];
  const cut = (status: number, body: string) => ({ status, body: body.slice(0, -10) });
  const later = <T>(milliseconds: number, value: T) =>
    new Promise<T>((resolve) => setTimeout(resolve, milliseconds, value));
  it(`given an RPC that answers a call in five with ${ANSWERS.map(([name]) => name).join(", or ")}, each in turn, when the keeper goes on, then each milestone is paid once`, async () => {
    const policies = await world.due(2, 1);
    const keeper = world.keeper(through());
    await keeper.line("started");
    let calls = 0;
    proxy.fault = (request, next) => {
      calls += 1;
      if (calls % 5 > 0) return next();
      const [, answer] = ANSWERS[(calls / 5) % ANSWERS.length]!;
      return answer(request, next);
    };
    const more = [...policies, ...(await world.due(1, 3))];
    await world.untilOver(more, keeper);
    expect(calls).to.be.at.least(5 * ANSWERS.length);
    await world.end(keeper);
    await world.expectPaidOnce(more);
  });

  it("given one RPC that is gone and one that is not, when both are configured, then each milestone is paid once", async () => {
    const policies = await world.due(2, 1);
    proxy.fault = async () => null;
    await world.keepUntilOver(policies, {
      ...through(),
      urls: [proxy.url, world.rpcUrl],
    });
    await world.expectPaidOnce(policies);
    expect(proxy.count("sendTransaction")).to.be.greaterThan(0);
  });

  it("given a websocket that goes silent, when a policy is made that it does not report, then it is found and paid once", async () => {
    const keeper = world.keeper(through());
    await keeper.line("started");
    const known = await world.policies(1);
    await world.chain.pass(HOUR);
    // The socket reported it: the first scan is the only one.
    await world.untilOver(known, keeper);
    expect(keeper.count("chain scanned")).to.equal(1);
    proxy.deafen();
    const missed = await world.policies(2);
    await world.chain.pass(2n * HOUR);
    await world.untilOver([...known, ...missed], keeper);
    await world.end(keeper);
    await world.expectPaidOnce([...known, ...missed]);
  });

  it("given a websocket that ends and comes back at once, when a policy was made in between, then it is found without waiting for the next scan, and paid once", async () => {
    const keeper = world.keeper(through());
    await keeper.line("started");
    const known = await world.policies(1);
    proxy.isRefusingSockets = true;
    proxy.hangUpSockets();
    const missed = await world.policies(2);
    proxy.isRefusingSockets = false;
    await keeper.line("chain scanned", 2);
    await world.chain.pass(2n * HOUR);
    await world.untilOver([...known, ...missed], keeper);
    await world.end(keeper);
    await world.expectPaidOnce([...known, ...missed]);
  });

  it("given an RPC whose websocket never opens, when a policy is made, then it is found by scans, and paid once", async () => {
    proxy.isRefusingSockets = true;
    const keeper = world.keeper(through());
    await keeper.line("started");
    const policies = await world.policies(1);
    await keeper.line("chain scanned", 2);
    await world.chain.pass(HOUR);
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
  });

  it("given a websocket that repeats its news and older news, when milestones are paid one after another, then each is paid once", async () => {
    const before = new Map<string, string>();
    proxy.news = (text) => {
      const { method, params } = JSON.parse(text) as Notification;
      if (method !== "programNotification") return [text];
      const address = params!.result.value.pubkey;
      const old = before.get(address) ?? text;
      before.set(address, text);
      return [text, text, old];
    };
    const keeper = world.keeper(through());
    await keeper.line("started");
    const policies = await world.policies(3, 2);
    for (let hour = 0; hour < 3; hour += 1) await world.chain.pass(HOUR);
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
    expect(before.size).to.be.at.least(2);
    expect(keeper.count("chain scanned")).to.equal(1);
  });

  it("given an RPC that fails a tenth of all calls in every way, when payments come due, then all are made within seconds, and no policy is blamed for it", async () => {
    const seed = Number(process.env.SEED ?? 1 + Math.floor(Math.random() * 1e9));
    const random = seededRandom(seed);
    const failures: RpcFault[] = [...ANSWERS.slice(0, -1).map(([, answer]) => answer), never];
    // Every tenth call from a random one on: a share at random may be none.
    let turn = Math.floor(random() * 10);
    let failed = 0;
    proxy.fault = (request, next) => {
      turn = (turn + 1) % 10;
      if (turn !== 0) return next();
      failed += 1;
      return failures[Math.floor(random() * failures.length)]!(request, next);
    };
    const keeper = world.keeper(through());
    await keeper.line("started");
    const policies = await world.due(...Array.from({ length: 12 }, () => 1));
    const now = await world.chain.now();
    await world.untilOver(policies, keeper);
    await world.end(keeper);
    await world.expectPaidOnce(policies);
    const [last] = await world.database.query<{ at: string }>(
      "SELECT max(executed_at) AS at FROM milepost_keeper.outcomes",
    );
    const about = `SEED=${seed}, ${failed} of ${proxy.calls.length} calls failed`;
    expect(Number(BigInt(last!.at) - now), about).to.be.lessThan(30);
    const blamed = keeper.lines.filter(({ msg }) => msg === "not executed");
    expect(
      blamed.filter(({ reason }) => String(reason).startsWith("Rpc")),
      about,
    ).to.deep.equal([]);
    expect(failed, about).to.be.greaterThan(0);
  });
});

interface Notification {
  method?: string;
  params?: { result: { value: { pubkey: string } } };
}

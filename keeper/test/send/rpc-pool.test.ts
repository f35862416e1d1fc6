import { expect } from "chai";
import { errorOf, GENESIS, late, RpcNodes, settled } from "../harness/rpc-nodes";

const A = "a.example";
const B = "b.example:8899";
const C = "c.example";
const EMPTY = { context: { slot: 1_000 }, value: null };

describe("send: a pool of RPCs", () => {
  const setAsides = (nodes: RpcNodes) => nodes.pool.health.views().map(({ setAside }) => setAside);

  describe("one that hangs beside a good one", () => {
    it("is left behind after half a second, and the good one is asked first from then on", async () => {
      const nodes = new RpcNodes([A, B]);
      nodes.behaviors[A] = () => null;
      const fetch = nodes.fetchOf();
      const first = nodes.read(fetch);
      await nodes.pass(400);
      expect(nodes.takeAsked()).to.deep.equal([`${A} getAccountInfo`]);
      await nodes.pass(100);
      expect(await first).to.deep.equal(EMPTY);
      expect(await nodes.read(fetch)).to.deep.equal(EMPTY);
      expect(nodes.takeAsked()).to.deep.equal([`${B} getAccountInfo`, `${B} getAccountInfo`]);
      expect(nodes.timers.now()).to.equal(500);
    });

    it("is set aside after three requests, says so once by host, and is used again when it answers", async () => {
      const nodes = new RpcNodes([A, B]);
      nodes.behaviors[A] = () => null;
      const one = nodes.fetchOf({ members: [0], urls: [A], attempts: 3, timeoutMs: 10_000 });
      const failing = nodes.read(one);
      await nodes.pass(11_000);
      expect(await failing).to.match(/TimeoutError/);
      expect(nodes.changes).to.deep.equal([{ host: A, setAside: "failing", count: 1 }]);
      nodes.takeAsked();
      // The read no longer waits for it.
      expect(await nodes.read(one)).to.match(
        /^RpcSetAsideError: a\.example is set aside \(failing\)/,
      );
      expect(nodes.takeAsked()).to.deep.equal([]);
      delete nodes.behaviors[A];
      await nodes.pass(5_000);
      expect(await nodes.read(nodes.fetchOf())).to.deep.equal(EMPTY);
      expect(nodes.takeAsked()).to.deep.equal([`${A} getAccountInfo`]);
      expect(nodes.changes.slice(1)).to.deep.equal([{ host: A, setAside: null, count: 0 }]);
    });

    it("rests twice as long after each trial that fails, up to five minutes", async () => {
      const nodes = new RpcNodes([A, B]);
      nodes.behaviors[A] = errorOf(-32603);
      const fetch = nodes.fetchOf({ members: [0, 1] });
      for (let failure = 0; failure < 3; failure += 1) nodes.pool.health.failed(0);
      const trials: number[] = [];
      let last = 0;
      for (let second = 0; second < 1_500; second += 1) {
        nodes.timers.pass(1_000);
        await nodes.read(fetch);
        if (!nodes.takeAsked().includes(`${A} getAccountInfo`)) continue;
        trials.push(nodes.timers.now() - last);
        last = nodes.timers.now();
      }
      expect(trials).to.deep.equal([5, 10, 20, 40, 80, 160, 300, 300, 300].map((s) => s * 1_000));
    });

    it("is tried again by one request at a time, which does not wait for it for long", async () => {
      const nodes = new RpcNodes([A, B]);
      for (let failure = 0; failure < 3; failure += 1) nodes.pool.health.failed(0);
      nodes.behaviors[A] = () => null;
      await nodes.pass(5_000);
      const fetch = nodes.fetchOf();
      const reads = [nodes.read(fetch), nodes.read(fetch), nodes.read(fetch)];
      await settled();
      expect(nodes.takeAsked().map((each) => each.split(" ")[0])).to.deep.equal([A, B, B]);
      await nodes.pass(500);
      expect(await Promise.all(reads)).to.deep.equal([EMPTY, EMPTY, EMPTY]);
      expect(nodes.takeAsked()).to.deep.equal([`${B} getAccountInfo`]);
    });
  });

  it("sets an RPC aside that takes seconds for what another one answers at once", async () => {
    const nodes = new RpcNodes([A, B]);
    nodes.behaviors[A] = late(nodes, 3_000);
    const each = [0, 1].map((index) => nodes.fetchOf({ members: [index], urls: ["x"] }));
    await nodes.read(each[1]!);
    for (let request = 0; request < 3; request += 1) {
      const reading = nodes.read(each[0]!);
      await nodes.pass(3_000);
      expect(await reading).to.deep.equal(EMPTY);
    }
    expect(setAsides(nodes)).to.deep.equal(["slow", null]);
  });

  it("does not ask a second RPC while the first is as quick as it always is", async () => {
    const nodes = new RpcNodes([A, B]);
    nodes.behaviors[A] = late(nodes, 400);
    const fetch = nodes.fetchOf();
    for (let request = 0; request < 20; request += 1) {
      const reading = nodes.read(fetch);
      await nodes.pass(400);
      await reading;
    }
    expect(new Set(nodes.takeAsked())).to.deep.equal(new Set([`${A} getAccountInfo`]));
    expect(setAsides(nodes)).to.deep.equal([null, null]);
  });

  it("never sends a transaction to a second RPC by itself, however long the first takes", async () => {
    const nodes = new RpcNodes([A, B]);
    nodes.behaviors[A] = () => null;
    const sending = nodes.read(nodes.fetchOf(), "sendTransaction");
    await nodes.pass(61_000, 1_000);
    expect(await sending).to.match(/TimeoutError/);
    expect(nodes.takeAsked()).to.deep.equal([`${A} sendTransaction`]);
  });

  describe("one without a method", () => {
    for (const code of [-32601, -32010, -32011, -32600, -32602]) {
      it(`that answers ${code} is not asked for it for five minutes, and for other methods as before`, async () => {
        const nodes = new RpcNodes([A, B]);
        const fetch = nodes.fetchOf();
        nodes.behaviors[A] = (request) =>
          request.method === "getProgramAccounts" ? errorOf(code)(request) : nodes.honest(request);
        const scan = () => nodes.read(fetch, "getProgramAccounts");
        expect(await scan()).to.deep.equal(EMPTY);
        nodes.behaviors[B] = errorOf(-32603);
        expect(await nodes.read(fetch)).to.deep.equal(EMPTY);
        delete nodes.behaviors[B];
        nodes.takeAsked();
        expect(await scan()).to.deep.equal(EMPTY);
        expect(nodes.takeAsked()).to.deep.equal([`${B} getProgramAccounts`]);
        expect(nodes.pool.health.views()[0]!.unsupported).to.deep.equal(["getProgramAccounts"]);
        // The other one fails: an RPC that may offer the method again is better than none.
        delete nodes.behaviors[A];
        nodes.behaviors[B] = errorOf(-32603);
        nodes.timers.pass(300_000);
        expect(await scan()).to.deep.equal(EMPTY);
        expect(nodes.takeAsked().at(-1)).to.equal(`${A} getProgramAccounts`);
        expect(nodes.pool.health.views()[0]!.unsupported).to.deep.equal([]);
        expect(setAsides(nodes)[0]).to.equal(null);
      });
    }

    it("alone leads to an error that names the method, the host and what to do, and is asked again", async () => {
      const nodes = new RpcNodes([A]);
      nodes.behaviors[A] = errorOf(-32010, "excluded from account secondary indexes");
      const fetch = nodes.fetchOf();
      expect(await nodes.read(fetch, "getProgramAccounts")).to.equal(
        "RpcMethodUnavailableError: getProgramAccounts is not available at a.example " +
          "(-32010 excluded from account secondary indexes). Use an RPC plan that includes getProgramAccounts, or add another --url.",
      );
      delete nodes.behaviors[A];
      expect(await nodes.read(fetch, "getProgramAccounts")).to.deep.equal(EMPTY);
    });
  });

  describe("one that is behind", () => {
    it("is not believed about a slot that it has not come to, and the next one is asked", async () => {
      const nodes = new RpcNodes([A, B]);
      nodes.behaviors[A] = () => ({ context: { slot: 990 }, value: "old" });
      const fetch = nodes.fetchOf();
      const read = () => nodes.read(fetch, "getAccountInfo", ["x", { minContextSlot: 995 }]);
      expect(await read()).to.deep.equal(EMPTY);
      expect(nodes.takeAsked()).to.deep.equal([`${A} getAccountInfo`, `${B} getAccountInfo`]);
    });

    it("alone leads to an error, never to the old answer", async () => {
      const nodes = new RpcNodes([A]);
      nodes.behaviors[A] = () => ({ context: { slot: 990 }, value: "old" });
      const params = ["x", { minContextSlot: 995 }];
      const reading = nodes.read(nodes.fetchOf(), "getAccountInfo", params);
      await nodes.pass(5_000);
      expect(await reading).to.match(
        /^RpcAnswerError: a\.example answered getAccountInfo with state/,
      );
      expect(nodes.takeAsked()).to.have.length(4);
    });

    it("by more than 75 slots is set aside, and used again when it has caught up", async () => {
      const nodes = new RpcNodes([A, B]);
      const each = [0, 1].map((index) => nodes.fetchOf({ members: [index], urls: ["x"] }));
      await nodes.read(each[1]!, "getSlot");
      nodes.behaviors[A] = () => 925;
      await nodes.read(each[0]!, "getSlot");
      expect(setAsides(nodes)).to.deep.equal([null, null]);
      nodes.behaviors[A] = () => 924;
      await nodes.read(each[0]!, "getSlot");
      expect(setAsides(nodes)).to.deep.equal(["behind", null]);
      delete nodes.behaviors[A];
      await nodes.pass(5_000);
      await nodes.read(each[0]!, "getSlot");
      expect(setAsides(nodes)).to.deep.equal([null, null]);
    });

    it("is not found out by one RPC that tells of the future, when two others agree", async () => {
      const nodes = new RpcNodes([A, B, C]);
      nodes.behaviors[C] = ({ method }) => (method === "getGenesisHash" ? GENESIS : 5_000);
      for (const index of [2, 0, 1, 0, 1]) {
        await nodes.read(nodes.fetchOf({ members: [index], urls: ["x"] }), "getSlot");
      }
      expect(setAsides(nodes)).to.deep.equal([null, null, null]);
    });
  });

  describe("one that makes up a slot of the far future", () => {
    const FAR = Number.MAX_SAFE_INTEGER;
    const lie = (nodes: RpcNodes) => {
      nodes.behaviors[A] = ({ method }) =>
        method === "getGenesisHash" ? GENESIS : { context: { slot: FAR }, value: "a lie" };
    };

    it("is not believed while another one says otherwise", async () => {
      const nodes = new RpcNodes([A, B]);
      await nodes.pool.check();
      lie(nodes);
      for (let request = 0; request < 3; request += 1) {
        expect(await nodes.read(nodes.fetchOf())).to.deep.equal(EMPTY);
      }
      expect(nodes.pool.health.views()[0]!.slot).to.equal(1_000);
    });

    it("is not believed once when it is the only one, and a chain that was stopped for an hour is", async () => {
      const nodes = new RpcNodes([A]);
      const fetch = nodes.fetchOf();
      await nodes.read(fetch);
      let lies = 1;
      nodes.behaviors[A] = (request) =>
        request.method === "getAccountInfo" && lies-- > 0
          ? { context: { slot: FAR }, value: "a lie" }
          : nodes.honest(request);
      const reading = nodes.read(fetch);
      await nodes.pass(1_000);
      expect(await reading).to.deep.equal(EMPTY);
      nodes.slot = 20_000;
      const later = nodes.read(fetch);
      await nodes.pass(1_000);
      expect(await later).to.deep.equal({ context: { slot: 20_000 }, value: null });
    });
  });

  describe("one that asks for fewer requests, for minutes", () => {
    const SCAN = "getProgramAccounts";
    const busy = (after: string) => () =>
      new Response("", { status: 429, headers: { "retry-after": after } });
    const asksFor = `RpcRateLimitedError: ${A} asks for fewer requests (${SCAN}). The request is repeated later.`;

    it("gets no scan until then, and a payment's reads after five seconds", async () => {
      const nodes = new RpcNodes([A]);
      nodes.behaviors[A] = busy("120");
      const fetch = nodes.fetchOf();
      expect(await nodes.read(fetch, SCAN)).to.equal(asksFor);
      expect(nodes.takeAsked()).to.deep.equal([`${A} ${SCAN}`]);
      delete nodes.behaviors[A];
      const read = nodes.read(fetch);
      await nodes.pass(5_000);
      expect(await read).to.deep.equal(EMPTY);
      nodes.takeAsked();
      await nodes.pass(114_000);
      expect(await nodes.read(fetch, SCAN)).to.equal(asksFor);
      expect(nodes.takeAsked()).to.deep.equal([]);
      await nodes.pass(1_000);
      expect(await nodes.read(fetch, SCAN)).to.deep.equal(EMPTY);
    });

    it("gets no scan until then either after another request that it refuses for less time", async () => {
      const nodes = new RpcNodes([A]);
      nodes.behaviors[A] = busy("120");
      const fetch = nodes.fetchOf();
      expect(await nodes.read(fetch, SCAN)).to.equal(asksFor);
      nodes.behaviors[A] = busy("1");
      const read = nodes.read(fetch);
      await nodes.pass(60_000);
      await read;
      delete nodes.behaviors[A];
      nodes.takeAsked();
      expect(await nodes.read(fetch, SCAN)).to.equal(asksFor);
      expect(nodes.takeAsked()).to.deep.equal([]);
    });

    it("says in its error how long, and the shortest time when all ask for one", async () => {
      const nodes = new RpcNodes([A, B]);
      nodes.behaviors[A] = busy("300");
      nodes.behaviors[B] = busy("60");
      const body = JSON.stringify({ jsonrpc: "2.0", id: "1", method: SCAN });
      const [refused] = await Promise.allSettled([nodes.fetchOf()("ignored", { body })]);
      expect(refused).to.have.property("status", "rejected");
      expect(refused).to.have.nested.property("reason.retryAfterMs", 60_000);
      expect(refused).to.have.nested.property("reason.host", B);
      expect(nodes.takeAsked()).to.deep.equal([`${A} ${SCAN}`, `${B} ${SCAN}`]);
    });

    it("leaves the scan to another RPC", async () => {
      const nodes = new RpcNodes([A, B]);
      nodes.behaviors[A] = busy("300");
      const fetch = nodes.fetchOf();
      expect(await nodes.read(fetch, SCAN)).to.deep.equal(EMPTY);
      expect(await nodes.read(fetch, SCAN)).to.deep.equal(EMPTY);
      expect(nodes.takeAsked()).to.deep.equal([`${A} ${SCAN}`, `${B} ${SCAN}`, `${B} ${SCAN}`]);
    });
  });

  describe("one that is pointed to another chain", () => {
    const elsewhere = (nodes: RpcNodes, slot: number) => {
      nodes.behaviors[A] = ({ method }) =>
        method === "getGenesisHash"
          ? "OtherChain"
          : { context: { slot }, value: "of another chain" };
    };
    const world = async () => {
      const nodes = new RpcNodes([A, B]);
      nodes.pool.chain.expect(GENESIS, [0, 1]);
      const fetch = nodes.fetchOf();
      await nodes.read(fetch);
      return { nodes, fetch };
    };

    it("is noticed by a check, set aside until its genesis hash is right, and never asked for anything else", async () => {
      const { nodes, fetch } = await world();
      elsewhere(nodes, 1_001);
      await nodes.pool.check();
      expect(nodes.changes).to.deep.equal([{ host: A, setAside: "wrong chain", count: 1 }]);
      nodes.takeAsked();
      await nodes.pass(3_600_000, 600_000);
      nodes.behaviors[B] = errorOf(-32603);
      const reading = nodes.read(fetch);
      await nodes.pass(5_000);
      expect(await reading).to.deep.equal({ code: -32603, message: "no" });
      const alone = nodes.fetchOf({ members: [0], urls: ["x"] });
      for (const method of ["getAccountInfo", "sendTransaction"]) {
        expect(await nodes.read(alone, method)).to.match(/^RpcWrongChainError: a\.example/);
      }
      expect(nodes.takeAsked().filter((each) => each.startsWith(A))).to.deep.equal([]);
      delete nodes.behaviors[A];
      await nodes.pool.check();
      expect(nodes.changes.at(-1)).to.deep.equal({ host: A, setAside: null, count: 0 });
      expect(await nodes.read(alone)).to.deep.equal(EMPTY);
    });

    it("is noticed by the jump of its slots before its answer counts", async () => {
      const { nodes, fetch } = await world();
      elsewhere(nodes, 300_000_000);
      expect(await nodes.read(fetch)).to.deep.equal(EMPTY);
      expect(setAsides(nodes)).to.deep.equal(["wrong chain", null]);
    });

    it("is checked before its first answer when it was silent at the start, or its websocket has ended", async () => {
      const { nodes, fetch } = await world();
      elsewhere(nodes, 1_001);
      nodes.pool.chain.doubt(0);
      nodes.takeAsked();
      expect(await nodes.read(fetch)).to.deep.equal(EMPTY);
      expect(nodes.takeAsked()).to.deep.equal([`${A} getGenesisHash`, `${B} getAccountInfo`]);
    });

    it("leaves no RPC when it is the only one: every request says so", async () => {
      const nodes = new RpcNodes([A]);
      nodes.pool.chain.expect(GENESIS, [0]);
      elsewhere(nodes, 1_001);
      await nodes.pool.check();
      for (const method of ["getAccountInfo", "sendTransaction", "getProgramAccounts"]) {
        expect(await nodes.read(nodes.fetchOf(), method)).to.equal(
          `RpcWrongChainError: a.example leads to another chain than ${GENESIS}. Point --url to an RPC of the keeper's chain.`,
        );
      }
    });
  });

  it("shows hosts and nothing else of a URL", async () => {
    const nodes = new RpcNodes([A, B]);
    nodes.behaviors[A] = errorOf(-32601);
    nodes.behaviors[B] = errorOf(-32601);
    const shown = [
      await nodes.read(nodes.fetchOf(), "getProgramAccounts"),
      JSON.stringify(nodes.pool.health.views()),
    ].join();
    expect(shown).to.include(A).and.include(B);
    expect(shown).not.to.include("secret");
  });
});

import { Connection, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { expect } from "chai";
import { openConnections } from "../../src/config/connections";
import { rpcFetch, type RpcFetchOptions } from "../../src/send/rpc-fetch";
import { seededRandom } from "../../bench/random";

const URLS = ["http://one.example", "http://two.example", "http://three.example"];
/** Status with an answer that fits, error, response, or `null` for silence. */
type Answer = number | Error | Response | null;

const call = (method: string) => ({
  method: "POST",
  body: JSON.stringify({ jsonrpc: "2.0", id: "7", method, params: [] }),
});
const answered = (id = "7", result: unknown = 7) => Response.json({ jsonrpc: "2.0", id, result });
const codeOf = (code: number) =>
  Response.json({ jsonrpc: "2.0", id: "7", error: { code, message: "no" } });
const idOf = (init?: RequestInit) => (JSON.parse(String(init!.body)) as { id: string }).id;
const limited = (after?: string) =>
  new Response("", { status: 429, headers: after === undefined ? {} : { "retry-after": after } });

/** Provides RPCs with prepared answers; after those, each is healthy. */
class Rpcs {
  readonly asked: string[] = [];
  readonly pauses: number[] = [];
  readonly limits: number[] = [];
  private time = 0;
  readonly fetch: typeof globalThis.fetch;

  constructor(answers: Record<string, Answer[]>, options: Partial<RpcFetchOptions> = {}) {
    this.fetch = rpcFetch({
      urls: URLS,
      timeoutMs: 60_000,
      random: () => 1,
      now: () => this.time,
      pause: async (milliseconds) => {
        this.pauses.push(milliseconds);
        this.time += milliseconds;
      },
      limit: (milliseconds) => {
        this.limits.push(milliseconds);
        return new AbortController().signal;
      },
      fetch: async (input) => {
        const url = String(input);
        this.asked.push(url);
        const answer = answers[url]?.shift();
        if (answer === null) {
          this.time += this.limits.at(-1)!;
          throw new DOMException("over", "TimeoutError");
        }
        if (answer instanceof Error) throw answer;
        if (answer instanceof Response) return answer;
        const status = answer ?? 200;
        return status === 200 ? answered() : new Response("", { status });
      },
      ...options,
    });
  }

  async ask(method = "getSlot"): Promise<number | string> {
    try {
      const response = await this.fetch("ignored", call(method));
      if (response.status !== 200) return response.status;
      return await response.text();
    } catch (error) {
      return (error as Error).message;
    }
  }
}

const OK = JSON.stringify({ jsonrpc: "2.0", id: "7", result: 7 });
const [ONE, TWO, THREE] = URLS as [string, string, string];

describe("send: requests to RPCs", () => {
  const FAILURES: [string, () => Answer][] = [
    ["a reset", () => new Error("reset")],
    ["silence", () => null],
    ["429", () => 429],
    ["500", () => 500],
    ["503", () => 503],
    ["401", () => 401],
    ["403", () => 403],
    ["a page", () => new Response("<html>")],
    ["nothing", () => new Response("")],
    ["half an answer", () => new Response(OK.slice(0, -3))],
    ["somebody else's answer", () => answered("8")],
    ["a node that is behind", () => codeOf(-32005)],
    ["a slot that it has not reached", () => codeOf(-32016)],
    ["an internal error", () => codeOf(-32603)],
  ];
  for (const [name, failure] of FAILURES) {
    it(`given ${name} from the first, then the second answers at once and is asked first from then on`, async () => {
      const rpcs = new Rpcs({ [ONE]: [failure()] });
      expect([await rpcs.ask(), await rpcs.ask()]).to.deep.equal([OK, OK]);
      expect(rpcs.asked).to.deep.equal([ONE, TWO, TWO]);
      expect(rpcs.pauses).to.deep.equal([]);
    });

    it(`given ${name} as an answer to a transaction, then it is not sent again, and the next request goes to the second`, async () => {
      const rpcs = new Rpcs({ [ONE]: [failure()] });
      expect(await rpcs.ask("sendTransaction")).not.to.equal(OK);
      expect(rpcs.asked).to.deep.equal([ONE]);
      expect(await rpcs.ask()).to.equal(OK);
      expect(rpcs.asked).to.deep.equal([ONE, TWO]);
    });
  }

  it("given reads and other methods, when they fail, then only reads are repeated", async () => {
    for (const method of ["sendTransaction", "requestAirdrop", "localnet_warp", "whatever"]) {
      const rpcs = new Rpcs({ [ONE]: [503] }, { urls: [ONE] });
      expect(await rpcs.ask(method), method).to.equal(503);
    }
    for (const method of ["getSlot", "simulateTransaction", "isBlockhashValid"]) {
      const rpcs = new Rpcs({ [ONE]: [503] }, { urls: [ONE] });
      expect(await rpcs.ask(method), method).to.equal(OK);
    }
  });

  for (const [name, answer, problem] of [
    ["400", () => new Response("bad", { status: 400 }), 400],
    ["413", () => new Response("large", { status: 413 }), 413],
    ["a refused request", () => codeOf(-32602), '"code":-32602'],
  ] as const) {
    it(`returns ${name} of a read when every RPC says the same, after asking each once`, async () => {
      const rpcs = new Rpcs({ [ONE]: [answer()], [TWO]: [answer()], [THREE]: [answer()] });
      expect(String(await rpcs.ask())).to.include(String(problem));
      expect(rpcs.asked).to.deep.equal(URLS);
    });

    it(`asks the next RPC when the first answers ${name} to a read, and asks the first last from then on`, async () => {
      const rpcs = new Rpcs({ [ONE]: [answer()], [TWO]: [200, 503], [THREE]: [503] });
      expect(await rpcs.ask()).to.equal(OK);
      // The others fail once each before the first has its turn.
      expect(await rpcs.ask()).to.equal(OK);
      expect(rpcs.asked.slice(0, 4)).to.deep.equal([ONE, TWO, TWO, THREE]);
    });

    it(`returns ${name} of a transaction as it is`, async () => {
      const rpcs = new Rpcs({ [ONE]: [answer()] });
      expect(String(await rpcs.ask("sendTransaction"))).to.include(String(problem));
      expect(rpcs.asked).to.deep.equal([ONE]);
    });
  }

  it("given one RPC that fails, when it is asked again, then after pauses that double, up to the limit of attempts", async () => {
    const rpcs = new Rpcs({ [ONE]: [503, 502, 429, new Error("reset"), 503] }, { urls: [ONE] });
    expect(await rpcs.ask()).to.equal("reset");
    expect(rpcs.asked).to.have.length(4);
    expect(rpcs.pauses).to.deep.equal([200, 400, 800]);
  });

  it("given a random number, when it pauses, then for a half to the whole of the pause", async () => {
    const rpcs = new Rpcs({ [ONE]: [503, 503] }, { urls: [ONE], random: () => 0 });
    await rpcs.ask();
    expect(rpcs.pauses).to.deep.equal([100, 200]);
  });

  it("given several RPCs that all fail, then each has its turn before any is asked twice", async () => {
    const rpcs = new Rpcs({ [ONE]: [503, 503], [TWO]: [503], [THREE]: [503] });
    expect(await rpcs.ask()).to.equal(503);
    expect(rpcs.asked).to.deep.equal([ONE, TWO, THREE, ONE]);
    expect(rpcs.pauses).to.deep.equal([200]);
  });

  it("given a key that all RPCs refuse, then each is asked once", async () => {
    const rpcs = new Rpcs({ [ONE]: [403], [TWO]: [401], [THREE]: [403] });
    expect(await rpcs.ask()).to.equal(403);
    expect(rpcs.asked).to.deep.equal(URLS);
  });

  describe("too many requests", () => {
    it("given a requested pause, when there is one RPC, then it pauses for that long", async () => {
      const rpcs = new Rpcs({ [ONE]: [limited("2")] }, { urls: [ONE] });
      expect(await rpcs.ask()).to.equal(OK);
      expect(rpcs.pauses).to.deep.equal([2_000]);
    });

    it("given a pause of an hour, or none that can be read, when it is honoured, then it pauses up to a bound", async () => {
      for (const [after, pause] of [
        ["3600", 5_000],
        ["soon", 200],
        ["-5", 200],
        ["", 200],
      ] as const) {
        const rpcs = new Rpcs({ [ONE]: [limited(after)] }, { urls: [ONE] });
        expect(await rpcs.ask()).to.equal(OK);
        expect(rpcs.pauses, after).to.deep.equal([pause]);
      }
    });

    it("given a date, when it is honoured, then it counts by the RPC's clock, not this machine's", async () => {
      const headers = {
        date: "Sat, 01 Jan 2000 00:00:00 GMT",
        "retry-after": "Sat, 01 Jan 2000 00:00:03 GMT",
      };
      const rpcs = new Rpcs(
        { [ONE]: [new Response("", { status: 429, headers })] },
        { urls: [ONE] },
      );
      await rpcs.ask();
      expect(rpcs.pauses).to.deep.equal([3_000]);
    });

    it("given an RPC that asked for a pause, when others are asked, then it gets the pause, and is asked again afterwards", async () => {
      const rpcs = new Rpcs({ [ONE]: [limited("4")], [TWO]: [503, 503] }, { urls: [ONE, TWO] });
      expect(await rpcs.ask()).to.equal(OK);
      expect(rpcs.asked).to.deep.equal([ONE, TWO, TWO, TWO]);
      expect(rpcs.pauses).to.deep.equal([200, 400]);
    });
  });

  describe("time", () => {
    it("given silence, when it is asked again, then each time gets twice as long, within the whole", async () => {
      const rpcs = new Rpcs({ [ONE]: [null, null, null] }, { urls: [ONE], timeoutMs: 24_000 });
      expect(await rpcs.ask()).to.equal("over");
      expect(rpcs.limits).to.deep.equal([5_000, 10_000, 24_000 - 15_000 - 600]);
    });

    it("given a scan, when it is asked for, then it may take the whole time", async () => {
      const rpcs = new Rpcs({});
      await rpcs.ask("getProgramAccounts");
      expect(rpcs.limits).to.deep.equal([60_000]);
    });

    it("given a transaction, when it is sent, then it may take the whole time", async () => {
      const rpcs = new Rpcs({}, { timeoutMs: 10_000 });
      await rpcs.ask("sendTransaction");
      expect(rpcs.limits).to.deep.equal([10_000]);
    });

    it("given an RPC that is silent through a scan, when its time is over, then the next one has as much", async () => {
      const rpcs = new Rpcs({ [ONE]: [null] });
      expect(await rpcs.ask("getProgramAccounts")).to.equal(OK);
      expect(rpcs.limits).to.deep.equal([60_000, 60_000]);
    });

    it("given an RPC that never answers, when its time by the wall clock is over, then the next one is asked", async () => {
      const asked: string[] = [];
      const fetch: typeof globalThis.fetch = async (input, init) => {
        asked.push(String(input));
        if (asked.length === 2) return answered(idOf(init));
        return new Promise((_, reject) => {
          init!.signal!.addEventListener("abort", () => reject(new Error("silent")));
        });
      };
      const { any, each } = openConnections({
        urls: URLS,
        fetch,
        timeoutMs: 80,
        eachTimeoutMs: 20,
      });
      expect(await any.getBlockHeight()).to.equal(7);
      expect(asked).to.deep.equal([ONE, TWO]);
      const alone = await each[2]!.getBlockHeight().catch((error: Error) => error.message);
      expect(alone).to.include("silent");
      expect(new Set(asked.slice(2))).to.deep.equal(new Set([THREE]));
    });
  });

  it("given a tenth of all calls failing in every way, when a thousand reads are made, then hardly any fails", async () => {
    const seed = Number(process.env.SEED ?? 1 + Math.floor(Math.random() * 1e9));
    const random = seededRandom(seed);
    let failed = 0;
    for (let index = 0; index < 1_000; index += 1) {
      const fails = Array.from({ length: 4 }, () =>
        random() < 0.1 ? FAILURES[Math.floor(random() * FAILURES.length)]![1]() : 200,
      );
      // A refused key does not succeed on another attempt.
      const answers = fails.map((answer) => (answer === 401 || answer === 403 ? 500 : answer));
      const rpcs = new Rpcs({ [ONE]: answers }, { urls: [ONE] });
      if ((await rpcs.ask()) !== OK) failed += 1;
    }
    expect(failed, `SEED=${seed}`).to.be.at.most(3);
  });

  it("given a Connection, when its RPC fails once, then web3.js gets the answer of the next try", async () => {
    let calls = 0;
    const fetch: typeof globalThis.fetch = async (_, init) => {
      calls += 1;
      if (calls === 1) return new Response("<html>", { status: 503 });
      return answered(idOf(init), { context: { slot: 1 }, value: null });
    };
    const { any } = openConnections({ urls: [ONE], fetch });
    expect(any).to.be.instanceOf(Connection);
    expect(await any.getAccountInfo(SYSVAR_CLOCK_PUBKEY)).to.equal(null);
    expect(calls).to.equal(2);
  });
});

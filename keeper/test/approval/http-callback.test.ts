import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { Webhook } from "standardwebhooks";
import { CallbackError, httpCallbackRule } from "../../src/approval";
import { key } from "../harness/accounts";

const POLICY = key("policy");
const OTHER = key("other policy");

interface Question {
  id: string;
  data: { policy: string; milestoneIndex: number };
}

/** A thousand times as long as it looks. */
function zipped(response: ServerResponse): void {
  const body = gzipSync(`{"approve":"yes","x":"${"x".repeat(20_000_000)}"}`);
  response.writeHead(200, { "content-encoding": "gzip" }).end(body);
}

describe("rules: an HTTP callback", () => {
  const SECRET = `whsec_${Buffer.alloc(24, "secret").toString("base64")}`;
  /** When the test began: a receiver refuses what is more than five minutes old. */
  let NOW: Date;
  let server: Server;
  let url: string;
  let asked: { request: IncomingMessage; body: string }[];
  let answer: (response: ServerResponse, question: Question) => void;
  let problems: CallbackError[];

  beforeEach(async () => {
    NOW = new Date();
    asked = [];
    problems = [];
    answer = (response, { id, data }) => response.end(JSON.stringify({ approve: "yes", id, data }));
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        asked.push({ request, body });
        const { data } = JSON.parse(body) as Pick<Question, "data">;
        answer(response, { id: String(request.headers["webhook-id"]), data });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/release?token=hidden`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const said = problems.map(({ message }) => message).join();
    for (const secret of [SECRET, SECRET.slice(6), "hidden", "pass word"]) {
      expect(said).not.to.include(secret);
    }
  });

  const rule = (options = {}) =>
    httpCallbackRule({
      url,
      secret: SECRET,
      now: () => NOW,
      onProblem: (error) => problems.push(error),
      ...options,
    });

  it("given a milestone, when the server is asked, then the question verifies by Standard Webhooks and names it", async () => {
    expect(await rule().approve(POLICY, 2)).to.equal("yes");
    const [{ request, body }] = asked as [{ request: IncomingMessage; body: string }];
    const verified = new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
    expect(verified).to.deep.equal({
      type: "milestone.release",
      timestamp: NOW.toISOString(),
      data: { policy: POLICY.toBase58(), milestoneIndex: 2 },
    });
    expect(request.method).to.equal("POST");
    expect(problems).to.deep.equal([]);
  });

  it("given two questions, when they are asked, then each has its own id", async () => {
    await rule().approve(POLICY, 0);
    await rule().approve(POLICY, 0);
    expect(new Set(asked.map(({ request }) => request.headers["webhook-id"])).size).to.equal(2);
  });

  for (const approve of ["yes", "no", "later"] as const) {
    it(`given an answer of ${approve}, when it is 2xx, then it counts`, async () => {
      answer = (response, { id, data }) =>
        response.writeHead(202).end(JSON.stringify({ approve, id, data, more: 1 }));
      expect(await rule().approve(POLICY, 0)).to.equal(approve);
    });
  }

  for (const approve of ["no", "later"] as const) {
    it(`given a bare ${approve}, then it counts, as it releases nothing`, async () => {
      answer = (response) => response.end(JSON.stringify({ approve }));
      expect(await rule().approve(POLICY, 0)).to.equal(approve);
      expect(problems).to.deep.equal([]);
    });
  }

  for (const [name, change] of [
    ["a bare yes", () => ({ id: undefined, data: undefined })],
    ["no id", () => ({ id: undefined })],
    ["the id of another question", () => ({ id: "msg_00000000-0000-4000-8000-000000000000" })],
    ["no data", () => ({ data: null })],
    ["another milestone", ({ data }) => ({ data: { ...data, milestoneIndex: 1 } })],
    ["the index as a text", ({ data }) => ({ data: { ...data, milestoneIndex: "0" } })],
    ["another policy", ({ data }) => ({ data: { ...data, policy: OTHER.toBase58() } })],
  ] as [string, (question: Question) => object][]) {
    it(`given a yes with ${name}, then it is later`, async () => {
      answer = (response, question) =>
        response.end(JSON.stringify({ approve: "yes", ...question, ...change(question) }));
      expect(await rule().approve(POLICY, 0)).to.equal("later");
      expect(problems.map(({ message }) => message).join()).to.match(/said yes without the id and/);
    });
  }

  it("given a server that replays its old answer, when the same milestone is asked about again, then it is later", async () => {
    const old: string[] = [];
    answer = (response, question) => {
      old.push(JSON.stringify({ approve: "yes", ...question }));
      response.end(old[0]);
    };
    const { approve } = rule();
    expect(await approve(POLICY, 0)).to.equal("yes");
    expect(await approve(POLICY, 0)).to.equal("later");
    expect(await approve(POLICY, 1)).to.equal("later");
  });

  it("given a receiver that checks the signature, then another secret, body or time is refused there", async () => {
    await rule().approve(POLICY, 0);
    const { request, body } = asked[0]!;
    const headers = request.headers as Record<string, string>;
    const webhook = new Webhook(SECRET);
    expect(() => webhook.verify(body, headers)).not.to.throw();
    expect(() => webhook.verify(body.replace(":0}", ":1}"), headers)).to.throw(/signature/);
    const later = {
      ...headers,
      "webhook-timestamp": `${Number(headers["webhook-timestamp"]) + 1}`,
    };
    expect(() => webhook.verify(body, later)).to.throw(/signature/);
    const other = new Webhook(`whsec_${Buffer.alloc(24, "other").toString("base64")}`);
    expect(() => other.verify(body, headers)).to.throw(/signature/);
  });

  for (const [name, wrong, problem] of [
    ["404 with a yes", (r) => r.writeHead(404).end('{"approve":"yes"}'), /answered 404$/],
    ["500 with a yes", (r) => r.writeHead(500).end('{"approve":"yes"}'), /answered 500$/],
    ["no JSON", (r) => r.end("yes"), /without valid JSON/],
    ["null", (r) => r.end("null"), /without approve/],
    ["true", (r) => r.end('{"approve":true}'), /without approve/],
    ["YES", (r) => r.end('{"approve":"YES"}'), /without approve/],
    ["far too much", (r) => r.end(`{"approve":"yes","x":"${"x".repeat(20_000)}"}`), /more than/],
    ["far too much in few bytes", zipped, /more than/],
    [
      "a yes behind a redirect's body",
      (r) => r.writeHead(302, { location: "/" }).end("{}"),
      /could/,
    ],
    ["500 without an end", (r) => r.writeHead(500).write("..."), /answered 500$/],
    ["a redirect", (r) => r.writeHead(302, { location: "/yes" }).end(), /could not be asked/],
    ["a broken connection", (r) => r.destroy(), /could not be asked/],
  ] as [string, (response: ServerResponse) => void, RegExp][]) {
    it(`given an answer of ${name}, when it is asked, then it is later`, async () => {
      answer = wrong;
      expect(await rule().approve(POLICY, 0)).to.equal("later");
      expect(problems.map(({ message }) => message).join()).to.match(problem);
      expect(problems).to.have.length(1);
    });
  }

  it("given a server that hangs, when the time is over, then it is later", async () => {
    const limit = new AbortController();
    answer = () => limit.abort(new DOMException("over", "TimeoutError"));
    const asking = rule({ timeoutMs: 77, timeout: () => limit.signal }).approve(POLICY, 0);
    expect(await asking).to.equal("later");
    expect(problems[0]!.message).to.match(/could not be asked: TimeoutError$/);
  });

  it("given a server that begins an answer and hangs, when the time is over, then it is later", async () => {
    const limit = new AbortController();
    answer = (response) => {
      response.write('{"approve":"yes",');
      setImmediate(() => limit.abort(new DOMException("over", "TimeoutError")));
    };
    expect(await rule({ timeout: () => limit.signal }).approve(POLICY, 0)).to.equal("later");
    expect(problems[0]!.message).to.match(/could not be asked: TimeoutError$/);
  });

  it("given no other wish, then an answer gets ten seconds as a whole", async () => {
    const limits: number[] = [];
    const timeout = (milliseconds: number) => {
      limits.push(milliseconds);
      return new AbortController().signal;
    };
    expect(await rule({ timeout }).approve(POLICY, 0)).to.equal("yes");
    expect(limits).to.deep.equal([10_000]);
  });

  it("given a token in the URL's path, when the server fails, then no message contains it", async () => {
    answer = (response) => response.writeHead(500).end();
    await rule({ url: url.replace("/release", "/services/hidden") }).approve(POLICY, 0);
    expect(problems[0]!.message).to.equal(`${new URL(url).origin}/… answered 500`);
  });

  it("given credentials in the URL, when it is asked, then they go into a header and nowhere else", async () => {
    const withCredentials = url.replace("http://", "http://user:pass%20word@");
    expect(await rule({ url: withCredentials }).approve(POLICY, 0)).to.equal("yes");
    const expected = `Basic ${Buffer.from("user:pass word").toString("base64")}`;
    expect(asked[0]!.request.headers.authorization).to.equal(expected);
  });

  for (const [name, options] of [
    ["a URL that is none", { url: "release" }],
    ["plain HTTP to another machine", { url: "http://user:hidden@example.com/release" }],
    ["a secret that is no base64", { secret: "whsec_hidden secret!" }],
    ["a short secret", { secret: "whsec_aGlkZGVu" }],
  ] as const) {
    it(`given ${name}, when the rule is made, then that is an error without secrets`, () => {
      expect(() => rule(options))
        .to.throw(CallbackError)
        .that.satisfies(({ message }: Error) => !/hidden|aGlkZGVu/.test(message));
    });
  }
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Webhook } from "standardwebhooks";
import {
  AllowListError,
  allowListRule,
  alwaysRelease,
  CallbackError,
  httpCallbackRule,
  neverRelease,
} from "../src/rules";
import { key } from "./accounts";

const POLICY = key("policy");
const OTHER = key("other policy");

describe("rules: always and never", () => {
  it("given any milestone, when they are asked, then one says yes and one says no", async () => {
    expect(await alwaysRelease.approve(POLICY, 0)).to.equal("yes");
    expect(await neverRelease.approve(POLICY, 0)).to.equal("no");
  });
});

describe("rules: an allow-list file", () => {
  let directory: string;
  let path: string;
  let problems: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "allow-list-"));
    path = join(directory, "release.txt");
    problems = [];
  });
  afterEach(() => rm(directory, { recursive: true }));

  const rule = () =>
    allowListRule({
      path,
      onProblem: (error) => {
        expect(error).to.be.instanceOf(AllowListError);
        problems.push(error.message.replace(directory, ""));
      },
    });

  it("given a list, when milestones are asked about, then exactly what it names is released", async () => {
    await writeFile(path, `# released by hand\n${POLICY} 0 2  # two of them\n\n${OTHER} *\n`);
    const { approve } = rule();
    expect(await Promise.all([0, 1, 2, 3].map((index) => approve(POLICY, index)))).to.deep.equal([
      ...["yes", "later", "yes", "later"],
    ]);
    expect(await approve(OTHER, 3)).to.equal("yes");
    expect(await approve(key("unnamed"), 0)).to.equal("later");
    expect(problems).to.deep.equal([]);
  });

  it("given a list that changes, when it is asked again, then what it says now counts", async () => {
    await writeFile(path, `${POLICY} 0\n`);
    const { approve } = rule();
    expect(await approve(POLICY, 1)).to.equal("later");
    await writeFile(path, `${POLICY} 0 1\n`);
    expect(await approve(POLICY, 1)).to.equal("yes");
    await writeFile(path, "");
    expect(await approve(POLICY, 0)).to.equal("later");
  });

  for (const [name, line, problem] of [
    ["an address that is none", "not-an-address 0", "no policy address: not-an-address"],
    ["no index", POLICY.toBase58(), "name the milestones by index, or * for all"],
    ["an index out of range", `${POLICY} 4`, "a milestone is 0 to 3 or *: 4"],
    ["a word", `${POLICY} all`, "a milestone is 0 to 3 or *: all"],
  ] as const) {
    it(`given a line with ${name}, when it is asked often, then that is one error and everything is later until it is mended`, async () => {
      await writeFile(path, `${OTHER} 0\n${line}\n`);
      const { approve } = rule();
      expect(await approve(OTHER, 0)).to.equal("later");
      expect(await approve(OTHER, 0)).to.equal("later");
      expect(problems).to.deep.equal([`/release.txt:2: ${problem}`]);
      await writeFile(path, `${OTHER} 0\n`);
      expect(await approve(OTHER, 0)).to.equal("yes");
    });
  }

  it("given a file that is missing, when it is asked often, then that is one error, until it is there", async () => {
    const { approve } = rule();
    expect(await approve(POLICY, 0)).to.equal("later");
    expect(await approve(POLICY, 0)).to.equal("later");
    expect(problems).to.deep.equal(["/release.txt: ENOENT"]);
    await writeFile(path, `${POLICY} 0\n`);
    expect(await approve(POLICY, 0)).to.equal("yes");
  });
});

describe("rules: an HTTP callback", () => {
  const SECRET = `whsec_${Buffer.alloc(24, "secret").toString("base64")}`;
  const NOW = new Date(Date.now());
  let server: Server;
  let url: string;
  let asked: { request: IncomingMessage; body: string }[];
  let answer: (response: ServerResponse) => void;
  let problems: CallbackError[];

  beforeEach(async () => {
    asked = [];
    problems = [];
    answer = (response) => response.end(JSON.stringify({ approve: "yes" }));
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        asked.push({ request, body });
        answer(response);
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

  it("given two questions, when they are asked, then each has an id of its own", async () => {
    await rule().approve(POLICY, 0);
    await rule().approve(POLICY, 0);
    expect(new Set(asked.map(({ request }) => request.headers["webhook-id"])).size).to.equal(2);
  });

  for (const approve of ["yes", "no", "later"] as const) {
    it(`given an answer of ${approve}, when it is 2xx, then it counts`, async () => {
      answer = (response) => response.writeHead(202).end(JSON.stringify({ approve, more: 1 }));
      expect(await rule().approve(POLICY, 0)).to.equal(approve);
    });
  }

  for (const [name, wrong, problem] of [
    ["404 with a yes", (r) => r.writeHead(404).end('{"approve":"yes"}'), /answered 404$/],
    ["500 with a yes", (r) => r.writeHead(500).end('{"approve":"yes"}'), /answered 500$/],
    ["no JSON", (r) => r.end("yes"), /something else than JSON/],
    ["null", (r) => r.end("null"), /without approve/],
    ["true", (r) => r.end('{"approve":true}'), /without approve/],
    ["YES", (r) => r.end('{"approve":"YES"}'), /without approve/],
    ["far too much", (r) => r.end(`{"approve":"yes","x":"${"x".repeat(20_000)}"}`), /more than/],
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

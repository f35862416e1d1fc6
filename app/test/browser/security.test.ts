/** What a hostile user or host can do to the page: nothing. Headers, origins, secrets, and texts that try to be markup. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { buildPage } from "./harness/build-page";
import { type GatewaySandbox, startGatewaySandbox } from "./harness/gateway-sandbox";
import { prepareScreens, type Screens, show } from "./harness/screens";

/** Markup that would run a script, and links that would. */
const MARKUP = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;
const LINKS =
  `javascript:window.hacked=1 data:text/html,hacked https://good.example/a"onclick="window.hacked=1` +
  ` https://bank.example@evil.example/`;
const hostile = (name: string) => `${name} ${MARKUP} ${LINKS}`;

/** Creates a project whose every text is hostile, and fixes its schedule. */
async function createHostileProject({ url, apiKey }: GatewaySandbox): Promise<string> {
  const request = async (method: string, pathname: string, body: unknown) => {
    const answer = await fetch(`${url}/v1/projects${pathname}`, {
      method,
      headers: { "content-type": "application/json", "x-api-key": apiKey },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect(answer.status, text).to.be.within(200, 201);
    return JSON.parse(text) as { id: string; homeowner: { id: string }; milestones: Entry[] };
  };
  type Entry = { id: string; amount: string };
  const project = await request("POST", "", {
    title: `Kitchen ${MARKUP}`,
    projectType: "kitchen_renovation",
    size: "small",
    amount: "1000.00",
    currency: "USDC",
    homeowner: { name: `Ada ${MARKUP}` },
    contractor: { name: `Brook ${MARKUP}` },
    mediator: { name: `Carol ${MARKUP}` },
    metadata: { note: hostile("metadata"), link: "javascript:window.hacked=1" },
  });
  const milestones = project.milestones.map(({ id, amount }, index) => ({
    id,
    amount,
    title: `Part ${index} ${MARKUP}`,
    description: hostile("description"),
  }));
  await request("PATCH", `/${project.id}/milestones`, { milestones });
  await request("POST", `/${project.id}/finalize`, { party: project.homeowner.id });
  return project.id;
}

/** Returns what a script of a user could have left: a variable, a handler, a frame, a script, or a link that runs. */
function traces(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = "hacked" in window ? ["a script ran"] : [];
    for (const element of document.querySelectorAll("*")) {
      const handler = element.getAttributeNames().find((name) => /^on/i.test(name));
      if (handler) found.push(`${element.tagName} has ${handler}`);
    }
    for (const { tagName } of document.querySelectorAll(
      "iframe, object, embed, base, form[action]",
    ))
      found.push(`there is a ${tagName}`);
    for (const { src, text } of document.scripts)
      if (text !== "" || !src.startsWith(`${location.origin}/assets/`))
        found.push(`there is a script ${src}${text}`);
    for (const { href, rel, target } of document.querySelectorAll("a")) {
      const { origin, protocol } = new URL(href);
      if (origin === location.origin) continue;
      const isSafe = /^https?:$/.test(protocol) && target === "_blank" && /noopener/.test(rel);
      if (!isSafe || !/noreferrer/.test(rel)) found.push(`there is a link to ${href}`);
    }
    return found;
  });
}

describe("security of the page", () => {
  let directory: string;
  let sandbox: GatewaySandbox;
  let prepared: Screens;
  let origins: Set<string>;
  let refusals: string[];

  before(async function () {
    this.timeout(600_000);
    directory = await buildPage();
    sandbox = await startGatewaySandbox(directory);
    prepared = await prepareScreens(sandbox, {
      createProject: () => createHostileProject(sandbox),
      memo: "<img src=x onerror=hacked=1>",
      note: hostile("note"),
      dispute: hostile("dispute"),
      file: {
        name: "<img src=x onerror=hacked=1>.txt",
        mimeType: "text/plain",
        buffer: Buffer.from(`A report. ${MARKUP}`),
      },
    });
    origins = new Set();
    refusals = [];
    for (const page of Object.values(prepared.people)) {
      page.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        if (/^(https?|wss?):$/.test(protocol)) origins.add(origin);
      });
      page.on("websocket", (socket) => origins.add(new URL(socket.url()).origin));
      page.on("console", (message) => {
        if (/Content Security Policy|Refused to/.test(message.text()))
          refusals.push(message.text());
      });
    }
  });
  after(() => sandbox?.close());

  const config = async () =>
    (await (await fetch(`${sandbox.url}/page.json`)).json()) as { rpcUrl: string; wsUrl: string };

  it("runs no text of a user on any screen, and talks to the gateway and the node alone", async () => {
    const found: string[] = [];
    for (const screen of prepared.screens) {
      const page = await show(sandbox, screen);
      for (const trace of await traces(page)) found.push(`${screen.name}: ${trace}`);
    }
    expect(found).to.deep.equal([]);
    expect(refusals).to.deep.equal([]);
    const { rpcUrl, wsUrl } = await config();
    const allowed = [sandbox.url, rpcUrl, wsUrl].map((url) => new URL(url).origin);
    expect([...origins].filter((origin) => !allowed.includes(origin))).to.deep.equal([]);
  });

  it("shows the hostile texts as they were written, and links only to the web", async () => {
    const { Client: home } = prepared.people;
    await home.goto(`${sandbox.url}/p/${prepared.reviewed}`);
    await home.getByRole("heading", { name: `Kitchen ${MARKUP}` }).waitFor();
    await home.getByText(hostile("note")).first().waitFor();
    await home.getByText("<img src=x onerror=hacked=1>.txt").first().waitFor();
    const links = home.locator(".user-text a");
    const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(new Set(hrefs)).to.deep.equal(new Set(["https://good.example/a"]));
    expect(await traces(home)).to.deep.equal([]);
  });

  it("shows a message and a checked file as text to the other party", async () => {
    const { Freelancer: contractor, Mediator: mediator } = prepared.people;
    await contractor.goto(`${sandbox.url}/p/${prepared.disputed}`);
    await contractor.getByRole("textbox", { name: "Message" }).fill(hostile("message"));
    await contractor.getByRole("button", { name: "Send message" }).click();
    await contractor.getByText(hostile("message")).first().waitFor();
    await show(
      sandbox,
      prepared.screens.find(({ name }) => name === "mediator")!,
    );
    await mediator.getByText(hostile("dispute")).first().waitFor();
    const checks = mediator.getByRole("button", { name: "Check", exact: true });
    while ((await checks.count()) > 0) await checks.first().click();
    await mediator.locator("[data-verdict=verified]").first().waitFor();
    for (const page of [contractor, mediator]) expect(await traces(page)).to.deep.equal([]);
  });

  it("serves an uploaded file as a download that cannot run", async () => {
    const { Client: home } = prepared.people;
    await home.goto(`${sandbox.url}/p/${prepared.reviewed}`);
    const answer = home.waitForResponse(/\/v1\/files\/[^/]+\/content/);
    const checks = home.getByRole("button", { name: "Check", exact: true });
    await checks.first().waitFor();
    for (const check of await checks.all()) await check.click();
    const headers = (await answer).headers();
    expect(headers["content-disposition"]).to.match(/^attachment/);
    expect(headers["x-content-type-options"]).to.equal("nosniff");
    expect(headers["content-security-policy"]).to.match(/default-src 'none'/);
  });

  it("has a strict Content-Security-Policy on every route", async () => {
    const { rpcUrl, wsUrl } = await config();
    const chain = [...new Set([rpcUrl, wsUrl].map((url) => new URL(url).origin))].join(" ");
    for (const { path: route } of prepared.screens) {
      const { headers } = await fetch(`${sandbox.url}${route}`, {
        headers: { accept: "text/html" },
      });
      expect(headers.get("content-security-policy"), route).to.equal(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
          `connect-src 'self' ${chain}; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      );
      expect(headers.get("x-content-type-options"), route).to.equal("nosniff");
      expect(headers.get("referrer-policy"), route).to.equal("no-referrer");
    }
  });

  it("has no secret in its files or its settings", async () => {
    const names = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    const texts = await Promise.all(
      files.map((entry) => readFile(path.join(entry.parentPath, entry.name), "utf8")),
    );
    texts.push(await (await fetch(`${sandbox.url}/page.json`)).text());
    const all = texts.join("\n");
    expect(all.length).to.be.above(500_000);
    const kept = await readFile(path.join(sandbox.directory, "sandbox.json"), "utf8");
    const secrets = [...kept.matchAll(/(?:sk_test_|whsec_)[^"]+/g)].map(([text]) => text);
    secrets.push((await readFile(path.join(sandbox.directory, "master.key"), "utf8")).trim());
    expect(secrets).to.include(sandbox.apiKey);
    for (const secret of secrets) expect(all.includes(secret)).to.equal(false);
    expect(all).not.to.match(/sk_(test|live)_[0-9a-z]{16}|whsec_[A-Za-z0-9+/]{16}/);
    // A key as an array of bytes, and as base58.
    expect(all).not.to.match(/\[\s*(?:\d{1,3}\s*,\s*){63}\d{1,3}\s*\]/);
    expect(all).not.to.match(/["'`][1-9A-HJ-NP-Za-km-z]{86,88}["'`]/);
  });
});

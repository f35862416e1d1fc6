import { expect } from "chai";
import { PAGE_DOCUMENT, type PageDirectory, writePageDirectory } from "../harness/page-directory";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { ServeWorld } from "../harness/serve-process";

describe("milepost-gateway serve with a page", () => {
  let gateway: SandboxGateway;
  let world: ServeWorld;
  let page: PageDirectory;
  before(async () => {
    gateway = await startSandboxGateway();
    await gateway.outbox.stop();
    world = await ServeWorld.create(gateway);
    page = writePageDirectory();
  });
  after(async () => {
    page?.remove();
    await world?.remove();
    await gateway?.close();
  });
  afterEach(() => world.endAll());

  const rpcUrl = "https://public-rpc.example.com";

  it("given --page and --page-rpc-url then it serves the page with that RPC, and its own RPC's URL nowhere", async () => {
    const served = await world.start(["--page", page.directory, "--page-rpc-url", rpcUrl]);
    const document = await fetch(served.url, { headers: { accept: "text/html" } });
    expect(await document.text()).to.equal(PAGE_DOCUMENT);
    expect(document.headers.get("content-security-policy")).to.include(
      "connect-src 'self' https://public-rpc.example.com wss://public-rpc.example.com;",
    );
    const answer = await fetch(`${served.url}/page.json`);
    const text = await answer.text();
    const config = JSON.parse(text) as Record<string, unknown>;
    expect(config).to.include({ network: "localnet", rpcUrl, hasGateway: true });
    expect(config).to.not.have.property("sandbox");
    expect(text).to.not.include(new URL(gateway.localnet.url).host);
    const { status } = await fetch(`${served.url}/sandbox/wallets/payer/sign-message`, {
      method: "POST",
      headers: { origin: served.url },
      body: "{}",
    });
    expect(status).to.equal(404);
  });

  it("given no --page-rpc-url then it serves no page and says which flag to pass", async () => {
    const served = await world.start(["--page", page.directory]);
    const { status } = await fetch(served.url, { headers: { accept: "text/html" } });
    expect(status).to.equal(404);
    const told = served.lines().filter(({ msg }) => msg.startsWith("no page is served"));
    expect(told.map(({ msg }) => msg)).to.deep.equal([
      "no page is served: pass --page-rpc-url, the URL of an RPC that every visitor may see",
    ]);
  });

  it("given a directory without a page then it serves the API alone and says so once", async () => {
    const directory = `${page.directory}/assets`;
    const served = await world.start(["--page", directory, "--page-rpc-url", rpcUrl]);
    expect((await fetch(`${served.url}/page.json`)).status).to.equal(404);
    expect((await fetch(`${served.url}/healthz`)).status).to.equal(200);
    const told = served.lines().filter(({ msg }) => msg.startsWith("no page is served"));
    expect(told).to.have.length(1);
    expect(told[0]).to.include({ level: "warn", directory });
  });

  it("given --page off then it serves none and says nothing", async () => {
    const served = await world.start(["--page", "off", "--page-rpc-url", rpcUrl]);
    expect((await fetch(`${served.url}/page.json`)).status).to.equal(404);
    expect(served.cli.text).to.not.include("no page");
  });
});

import fs, { chmodSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { createDirectoryStorage } from "../../src/file-storage/directory-storage";
import type { FileSettings } from "../../src/file-storage/file-storage";
import { fileRoutes } from "../../src/files/routes";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { fileForm, form, type Part, png, sha256, temporaryDirectory } from "../harness/upload";

const MAX_BYTES = 100_000;

describe("files", () => {
  let gateway: TestGateway;
  let directory: ReturnType<typeof temporaryDirectory>;
  beforeEach(async () => {
    directory = temporaryDirectory();
    const storage = await createDirectoryStorage(directory.path);
    const files: FileSettings = { storage, maxBytes: MAX_BYTES, quotaBytes: 250_000 };
    gateway = await startTestGateway([fileRoutes], { files });
  });
  afterEach(async () => {
    await gateway.close();
    directory.remove();
  });

  const send = async (
    { payload, headers }: ReturnType<typeof form>,
    more: Record<string, string> = {},
  ) => {
    const answer = await gateway.app.inject({
      method: "POST",
      url: "/v1/files",
      headers: { "x-api-key": gateway.keys.test, ...headers, ...more },
      payload,
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const get = (url: string, key = gateway.keys.test) =>
    gateway.app.inject({ method: "GET", url, headers: { "x-api-key": key } });
  const staged = () => readdirSync(join(directory.path, "incoming"));
  const stored = () =>
    readdirSync(directory.path)
      .filter((name) => name !== "incoming")
      .flatMap((name) => readdirSync(join(directory.path, name)));
  const rows = () => gateway.context.database.query("SELECT 1 FROM milepost_gateway.files");

  it("given a file with its hash then it is kept under the hash alone, shown as verified, and served as an attachment", async () => {
    const bytes = png(70_000);
    const created = await send(fileForm(bytes, "Spüle.png"));
    expect([created.status, created.body.error]).to.deep.equal([201, undefined]);
    expect(created.body).to.include({
      object: "file",
      name: "Spüle.png",
      mediaType: "image/png",
      size: 70_000,
      sha256: sha256(bytes),
    });
    expect([stored(), staged()]).to.deep.equal([[sha256(bytes)], []]);

    const shown = (await get(`/v1/files/${created.body.id}`)).json();
    expect(shown).to.deep.equal({
      ...created.body,
      verification: {
        verified: true,
        fileHash: sha256(bytes),
        storedHash: sha256(bytes),
        evidence: [],
      },
    });

    const content = await get(created.body.contentUrl);
    expect(content.rawPayload.equals(bytes)).to.equal(true);
    expect(content.headers).to.include({
      "content-type": "image/png",
      "content-length": "70000",
      "content-disposition": `attachment; filename="Sp_le.png"; filename*=UTF-8''Sp%C3%BCle.png`,
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    });
    const list = (await get("/v1/files")).json();
    expect(list).to.deep.equal({ object: "list", data: [created.body], has_more: false });
  });

  it("given another hash than the bytes have then file_hash_mismatch names both, and nothing is kept", async () => {
    const bytes = png();
    const { status, body } = await send(fileForm(bytes, "sink.png", "0".repeat(64)));
    expect([status, body.error.code, body.error.param]).to.deep.equal([
      400,
      "file_hash_mismatch",
      "sha256",
    ]);
    expect(body.error.message).to.include("0".repeat(64)).and.include(sha256(bytes));
    expect([stored(), staged(), await rows()]).to.deep.equal([[], [], []]);
  });

  const hash = sha256(png());
  const refusals: [string, Part[], number, string, string | undefined][] = [
    ["no file", [["sha256", hash]], 400, "invalid_request", "file"],
    ["no hash", [["file", png(), "a.png"]], 400, "invalid_request", "sha256"],
    [
      "a short hash",
      [
        ["sha256", "ab"],
        ["file", png(), "a.png"],
      ],
      400,
      "invalid_request",
      "sha256",
    ],
    [
      "a text instead of a file",
      [
        ["sha256", hash],
        ["file", "bytes"],
      ],
      400,
      "invalid_request",
      "file",
    ],
    [
      "an unknown field",
      [
        ["purpose", "x"],
        ["file", png(), "a.png"],
      ],
      400,
      "invalid_request",
      "purpose",
    ],
    [
      "a file under another name",
      [
        ["sha256", hash],
        ["photo", png(), "a.png"],
      ],
      400,
      "invalid_request",
      "photo",
    ],
    [
      "two files",
      [
        ["file", png(), "a.png"],
        ["file", png(), "b.png"],
      ],
      400,
      "invalid_request",
      undefined,
    ],
    ["an empty file", [["file", Buffer.alloc(0), "a.png"]], 400, "invalid_request", "file"],
    [
      "a path as its name",
      [
        ["sha256", hash],
        ["file", png(), "../../etc/passwd"],
      ],
      400,
      "invalid_request",
      "name",
    ],
    [
      "a Windows path",
      [
        ["sha256", hash],
        ["file", png(), "C:\\a.png"],
      ],
      400,
      "invalid_request",
      "name",
    ],
    [
      "a long label",
      [
        ["sha256", hash],
        ["uploadedBy", "x".repeat(129)],
        ["file", png(), "a.png"],
      ],
      400,
      "invalid_request",
      "uploadedBy",
    ],
    [
      "an SVG called PNG",
      [["file", Buffer.from("<svg onload='x'/>"), "a.png"]],
      415,
      "unsupported_media_type",
      "file",
    ],
    [
      "markup behind spaces longer than the head",
      [["file", Buffer.from(`${" ".repeat(5_000)}<svg/>`), "a.txt"]],
      415,
      "unsupported_media_type",
      "file",
    ],
    [
      "a file one byte too long",
      [["file", png(MAX_BYTES + 1), "a.png"]],
      413,
      "body_too_large",
      "file",
    ],
  ];
  for (const [title, parts, status, code, param] of refusals) {
    it(`refuses ${title} and keeps nothing`, async () => {
      const answer = await send(form(parts));
      expect([answer.status, answer.body.error.code, answer.body.error.param]).to.deep.equal([
        status,
        code,
        param,
      ]);
      expect([stored(), staged(), await rows()]).to.deep.equal([[], [], []]);
    });
  }

  it("given bytes that are refused while their file is still being opened then it does not stay", async () => {
    const { open } = fs;
    let opened: Promise<void> | undefined;
    // Node.js opens the file of a stream by this function. It takes as long as on a slow disk.
    fs.open = ((
      path: string,
      flags: string,
      mode: number,
      tell: (...result: unknown[]) => void,
    ) => {
      opened = new Promise((done) => {
        setTimeout(() => open(path, flags, mode, (...result) => done(tell(...result))), 200);
      });
    }) as unknown as typeof open;
    try {
      const markup = Buffer.from(`${" ".repeat(5_000)}<svg/>`);
      expect((await send(form([["file", markup, "a.txt"]]))).status).to.equal(415);
      await opened;
    } finally {
      fs.open = open;
    }
    expect([stored(), staged(), await rows()]).to.deep.equal([[], [], []]);
  });

  it("takes a file of exactly the limit", async () => {
    expect((await send(fileForm(png(MAX_BYTES)))).status).to.equal(201);
  });

  it("refuses JSON with the type that is expected", async () => {
    const { status, body } = await gateway.request("POST", "/v1/files", { sha256: hash });
    expect([status, body.error.code]).to.deep.equal([415, "unsupported_media_type"]);
    expect(body.error.message).to.include("expected multipart/form-data");
  });

  it("given uploads above the account's quota, at once, then exactly the last is refused, and another account's are not", async () => {
    const forms = [1, 2, 3].map((fill) => fileForm(png(MAX_BYTES, fill)));
    const answers = await Promise.all(forms.map((each) => send(each)));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 201, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.body.error.code).to.equal("quota_exceeded");
    expect(await rows()).to.have.length(2);
    const other = await send(forms[0]!, { "x-api-key": gateway.keys.other });
    expect(other.status).to.equal(201);
  });

  it("given another account's or the other mode's file then 404 with the text of an unknown id, for both routes", async () => {
    const { body } = await send(fileForm(png()));
    for (const key of [gateway.keys.other, gateway.keys.live]) {
      for (const path of ["", "/content"]) {
        const answer = await get(`/v1/files/${body.id}${path}`, key);
        expect([answer.statusCode, answer.json().error.message]).to.deep.equal([
          404,
          `No such file: ${body.id}`,
        ]);
      }
      expect((await get("/v1/files", key)).json().data).to.deep.equal([]);
    }
  });

  it("given the same upload with the same Idempotency-Key then one file, and given other bytes then it is refused", async () => {
    const key = { "idempotency-key": "k" };
    const first = await send(fileForm(png()), key);
    const second = await send(fileForm(png()), key);
    expect(second.body).to.deep.equal(first.body);
    expect(second.headers["idempotent-replayed"]).to.equal("true");
    const other = await send(fileForm(png(64, 2)), key);
    expect([other.status, other.body.error.code]).to.deep.equal([422, "idempotency_key_reused"]);
    expect(await rows()).to.have.length(1);
  });

  it("given stored bytes that changed or are gone then the file is not verified and its content is not served", async () => {
    const bytes = png();
    const { body } = await send(fileForm(bytes));
    const path = join(directory.path, sha256(bytes).slice(0, 2), sha256(bytes));
    chmodSync(path, 0o600);
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from("!")]));
    const changed = (await get(`/v1/files/${body.id}`)).json().verification;
    expect(changed).to.include({ verified: false, storedHash: sha256(bytes) });
    expect(changed.fileHash).to.equal(sha256(Buffer.concat([bytes, Buffer.from("!")])));
    const refused = await get(`/v1/files/${body.id}/content`);
    expect([refused.statusCode, refused.json().error.code]).to.deep.equal([503, "file_damaged"]);

    // The same bytes again repair it.
    await send(fileForm(bytes));
    expect((await get(`/v1/files/${body.id}`)).json().verification.verified).to.equal(true);
  });

  it("given a client that goes away in the middle then nothing stays in the staging directory", async () => {
    await gateway.app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = gateway.app.server.address() as AddressInfo;
    const { payload, headers } = fileForm(png(MAX_BYTES));
    const closed = new Promise<void>((resolve) =>
      gateway.app.server.once("connection", (socket) => socket.once("close", () => resolve())),
    );
    const socket = connect(port, "127.0.0.1");
    socket.write(
      `POST /v1/files HTTP/1.1\r\nHost: x\r\nX-API-Key: ${gateway.keys.test}\r\nContent-Type: ${headers["content-type"]}\r\nContent-Length: ${payload.length}\r\n\r\n`,
    );
    socket.write(payload.subarray(0, 50_000));
    while (staged().length === 0) await new Promise(setImmediate);
    socket.destroy();
    await closed;
    for (let turn = 0; staged().length > 0 && turn < 10_000; turn += 1) {
      await new Promise(setImmediate);
    }
    expect([staged(), stored(), await rows()]).to.deep.equal([[], [], []]);
  });

  it("given staged files of a process that died then the next start removes the old ones only", async () => {
    const incoming = join(directory.path, "incoming");
    writeFileSync(join(incoming, "old"), "x");
    utimesSync(join(incoming, "old"), 1, 1);
    writeFileSync(join(incoming, "new"), "x");
    await createDirectoryStorage(directory.path);
    expect(staged()).to.deep.equal(["new"]);
  });

  it("given a gateway without a storage then unavailable says so", async () => {
    const bare = await startTestGatewayWithout(gateway);
    expect([bare.statusCode, bare.json().error.code]).to.deep.equal([503, "unavailable"]);
  });
});

/** Answers an upload as a gateway without a storage does. */
async function startTestGatewayWithout({ context, keys }: TestGateway) {
  const { buildApp } = await import("../../src/http/app");
  const app = await buildApp({ ...context, files: undefined }, [fileRoutes]);
  const answer = await app.inject({
    method: "POST",
    url: "/v1/files",
    headers: { "x-api-key": keys.test, ...fileForm(png()).headers },
    payload: fileForm(png()).payload,
  });
  await app.close();
  return answer;
}

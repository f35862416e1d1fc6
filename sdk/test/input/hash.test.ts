import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { InvalidInputError } from "../../src/errors/input";
import { MilepostErrorCode } from "../../src/errors/codes";
import { type DocumentInput, hashDocument, hashFile, toHash } from "../../src/input/hash";
import { expectError } from "../expect-error";

const TEXT = "Zwölf Fliesen sind gesprungen. 🧱";
const BYTES = new TextEncoder().encode(TEXT);
const EXPECTED = [...createHash("sha256").update(BYTES).digest()];

describe("hashDocument", () => {
  const shifted = new Uint8Array(BYTES.length + 7);
  shifted.set(BYTES, 3);
  const inputs: [string, DocumentInput][] = [
    ["text", TEXT],
    ["bytes", BYTES],
    ["a Buffer", Buffer.from(BYTES)],
    ["a view into a larger buffer", shifted.subarray(3, 3 + BYTES.length)],
    ["an ArrayBuffer", Uint8Array.from(BYTES).buffer],
    ["a Blob of parts", new Blob([BYTES.slice(0, 4), BYTES.slice(4)])],
  ];
  for (const [name, input] of inputs) {
    it(`given ${name}, then the SHA-256 of its bytes`, async () => {
      expect([...(await hashDocument(input))]).to.deep.equal(EXPECTED);
    });
  }

  const empty: [string, DocumentInput][] = [
    ["text", ""],
    ["bytes", new Uint8Array()],
    ["an ArrayBuffer", new ArrayBuffer(0)],
    ["a Blob", new Blob([])],
  ];
  for (const [name, input] of empty) {
    it(`given empty ${name}, then refused: it proves nothing`, async () => {
      const error = await expectError(InvalidInputError, () => hashDocument(input));
      expect(error.code).to.equal(MilepostErrorCode.InputHash);
      expect(error.message).to.contain("not empty");
    });
  }

  it("given a value that is not a document, then refused", async () => {
    for (const input of [undefined, null, 5, {}, [1, 2, 3]]) {
      const error = await expectError(InvalidInputError, () => hashDocument(input as never));
      expect(error.field).to.equal("document");
    }
  });
});

describe("hashFile", () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), "milepost-hash-"))));
  after(() => rm(folder, { recursive: true, force: true }));

  it("given a file of many pieces, by path or URL, then the SHA-256 of all of it", async () => {
    const file = join(folder, "large.bin");
    const bytes = Buffer.alloc(300_001, TEXT);
    await writeFile(file, bytes);
    const expected = [...createHash("sha256").update(bytes).digest()];
    expect([...(await hashFile(file))]).to.deep.equal(expected);
    expect([...(await hashFile(pathToFileURL(file)))]).to.deep.equal(expected);
    expect([...(await hashDocument(bytes))]).to.deep.equal(expected);
  });

  it("given an empty file, or none, then refused", async () => {
    const file = join(folder, "empty.bin");
    await writeFile(file, "");
    expect((await expectError(InvalidInputError, () => hashFile(file))).field).to.equal("path");
    const error = await expectError(Error, () => hashFile(join(folder, "missing")));
    expect((error as NodeJS.ErrnoException).code).to.equal("ENOENT");
  });
});

describe("toHash", () => {
  it("given 32 bytes, then as numbers; given anything else, then refused by name", async () => {
    expect(toHash(Uint8Array.from(EXPECTED), "evidenceHash")).to.deep.equal(EXPECTED);
    const bad = [
      new Uint8Array(32),
      EXPECTED.slice(1),
      [...EXPECTED, 0],
      [],
      EXPECTED.map((byte) => byte + 1_000),
      "ab".repeat(16),
      null,
      undefined,
    ];
    for (const value of bad) {
      const error = await expectError(InvalidInputError, () =>
        toHash(value as never, "evidenceHash"),
      );
      expect(error.field).to.equal("evidenceHash");
      expect(error.code).to.equal(MilepostErrorCode.InputHash);
    }
  });

  it("given hex text or too few bytes, then the message shows which", async () => {
    const message = async (value: unknown) =>
      (await expectError(InvalidInputError, () => toHash(value as never, "reasonHash"))).message;
    expect(await message("ab".repeat(32))).to.include(`got "${"ab".repeat(32)}"`);
    expect(await message(EXPECTED.slice(1))).to.include('got "31 bytes"');
  });

  it("given 32 zero bytes, then the message shows them as hex, not as the control characters that they spell", async () => {
    for (const zero of [Buffer.alloc(32), new Uint8Array(32)]) {
      const { shortMessage } = await expectError(InvalidInputError, () => toHash(zero, "hash"));
      expect(shortMessage).to.equal(
        `Invalid hash: expected 32 bytes, not all zero, got 0x${"00".repeat(32)}.`,
      );
    }
  });
});

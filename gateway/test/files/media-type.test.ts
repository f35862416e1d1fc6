import { expect } from "chai";
import { attachment, requireName } from "../../src/files/file-name";
import { sniff, TextCheck } from "../../src/files/media-type";

const box = (brand: string, ...others: string[]): Buffer => {
  const body = Buffer.from(`ftyp${brand}\0\0\0\0${others.join("")}`, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body, Buffer.alloc(32)]);
};

describe("media type by content", () => {
  const taken: [string, Buffer, string][] = [
    ["a JPEG", Buffer.from("ffd8ffe000104a464946", "hex"), "image/jpeg"],
    ["a PNG", Buffer.from("89504e470d0a1a0a0000000d", "hex"), "image/png"],
    ["a WebP", Buffer.from("RIFF\x10\0\0\0WEBPVP8 ", "latin1"), "image/webp"],
    ["an iPhone's HEIC", box("heic", "mif1", "heic"), "image/heic"],
    ["a HEIC by its second brand", box("xxxx", "heix"), "image/heic"],
    ["an MP4", box("isom", "iso2", "avc1"), "video/mp4"],
    ["a PDF", Buffer.from("%PDF-1.7\n"), "application/pdf"],
    ["a ZIP", Buffer.from("PK\x03\x04rest"), "application/zip"],
    ["a text", Buffer.from("The sink leaks.\n\tSpüle undicht.\r\n"), "text/plain"],
  ];
  for (const [title, bytes, mediaType] of taken) {
    it(`recognizes ${title}`, () => expect(sniff(bytes)).to.equal(mediaType));
  }

  const refused: [string, Buffer][] = [
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ["an SVG with a declaration", Buffer.from('\ufeff \n<?xml version="1.0"?><svg/>')],
    ["an HTML page", Buffer.from("\n<!DOCTYPE html><script>alert(1)</script>")],
    ["a program", Buffer.from("7f454c4602010100", "hex")],
    ["a GIF", Buffer.from("GIF89a\x01\0")],
    ["a QuickTime film", box("qt  ")],
    ["UTF-16", Buffer.from("fffe3c0073007600", "hex")],
    ["a text with a NUL", Buffer.from("a\0b")],
    ["Latin-1", Buffer.from("Sp\xfcle", "latin1")],
    ["nothing", Buffer.alloc(0)],
  ];
  for (const [title, bytes] of refused) {
    it(`does not take ${title}`, () => expect(sniff(bytes)).to.equal(null));
  }

  it("given a character across two pieces then it is a text, and given half of one at the end then not", () => {
    const [first, second] = [Buffer.from([0x61, 0xc3]), Buffer.from([0xbc])];
    const whole = new TextCheck();
    expect([whole.add(first), whole.add(second), whole.end()]).to.deep.equal([true, true, true]);
    const half = new TextCheck();
    expect([half.add(first), half.end()]).to.deep.equal([true, false]);
  });
});

describe("file name", () => {
  for (const name of ["sink.jpg", "Spüle 1 (vorher).heic", "图.pdf", "📷.png", "a"]) {
    it(`takes ${name} as it is`, () => expect(requireName(name)).to.equal(name));
  }
  const refused = [
    "",
    " ",
    ".",
    "..",
    "a/b",
    "..\\b",
    "a\nb",
    "a\0",
    "\u202egpj.exe",
    "\ud83d",
    "x".repeat(256),
  ];
  for (const name of refused) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => {
      expect(() => requireName(name))
        .to.throw("name: expected a file name")
        .with.property("code", "invalid_request");
    });
  }

  it("names a download by what its bytes are, and quotes nothing that ends the header", () => {
    expect(attachment("sink.JPG", "image/jpeg")).to.equal(
      `attachment; filename="sink.JPG"; filename*=UTF-8''sink.JPG`,
    );
    expect(attachment("run.exe", "text/plain")).to.equal(
      `attachment; filename="run.exe.txt"; filename*=UTF-8''run.exe.txt`,
    );
    expect(attachment("a\";b=Spüle'.pdf", "application/pdf")).to.equal(
      `attachment; filename="a_;b=Sp_le'.pdf"; filename*=UTF-8''a%22%3Bb%3DSp%C3%BCle%27.pdf`,
    );
  });
});

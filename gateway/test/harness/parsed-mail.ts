/** Reads a mail as nodemailer writes plain text: encoded words in the header, quoted-printable or as it is below. */

/** A mail that a server took. */
export interface ParsedMail {
  to: string;
  subject: string;
  messageId: string;
  text: string;
}

/** Returns the parts of a mail. */
export function parseMail(source: string, to: string): ParsedMail {
  const [head, ...body] = source.split("\r\n\r\n");
  const headers = head!.replaceAll(/\r\n[ \t]+/g, " ");
  const header = (name: string): string =>
    new RegExp(`^${name}: (.*)$`, "mi").exec(headers)![1]!.trim();
  const text = body.join("\n\n").replaceAll("\r\n", "\n");
  const isQuoted = /^content-transfer-encoding: quoted-printable$/im.test(headers);
  return {
    to,
    subject: decodeWords(header("Subject")),
    messageId: header("Message-ID"),
    text: (isQuoted ? decodeQuoted(text) : text).trim(),
  };
}

const bytes = (text: string): string =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    ),
    "latin1",
  ).toString("utf8");

const decodeQuoted = (text: string): string => bytes(text.replaceAll("=\n", ""));

const decodeWords = (text: string): string =>
  text
    .replaceAll(/\?= =\?/g, "?==?")
    .replaceAll(/=\?utf-8\?(q|b)\?(.*?)\?=/gi, (_all, kind: string, word: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(word, "base64").toString("utf8")
        : bytes(word.replaceAll("_", " ")),
    );

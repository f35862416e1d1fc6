/** Lists the secrets of a configuration, which no log, error or answer may contain. */
import bs58 from "bs58";
import type { CommonConfig, RunConfig } from "../config/config";
import type { NotifyConfig } from "../config/notify";
import { formsOf } from "../observe/redact";
import { basicAuthorization } from "./authorized-fetch";

const MIN_LENGTH = 6;
/** Length from which a part of a path may be a key; shorter parts and words are versions and networks. */
const PATH_KEY = /^(?=.*[0-9A-Z]).{8,}$/;

/** Returns the secrets in every form in which they may appear. `status` has no keys. */
export function secretsIn(config: CommonConfig | RunConfig): string[] {
  const { urls, wsUrl, database } = config;
  const base58 = (bytes: Uint8Array) => bs58.encode(Buffer.from(bytes));
  const run = "feePayer" in config ? config : null;
  const keys = run ? [run.feePayer, ...(run.gateway ? [run.gateway.signer] : [])] : [];
  const rule = run?.gateway?.rule;
  return [
    ...keys.flatMap(({ secretKey }) => formsOf(secretKey, base58)),
    ...(rule?.kind === "http" ? webhookSecret(rule.secret) : []),
    ...[...urls, ...(wsUrl ? [wsUrl] : []), ...(rule?.kind === "http" ? [rule.url] : [])].flatMap(
      (url) => [...secretsOf(url), ...keysInPath(url)],
    ),
    ...(run ? notifySecrets(run.notify) : []),
    ...("url" in database ? secretsOf(database.url) : []),
  ];
}

function notifySecrets({ webhook, mail }: NotifyConfig): string[] {
  return [
    ...(webhook
      ? [...webhookSecret(webhook.secret), ...secretsOf(webhook.url), ...keysInPath(webhook.url)]
      : []),
    ...(mail ? secretsOf(mail.smtpUrl) : []),
  ];
}

/** Returns the parts of a URL that are a password or a key, both encoded and decoded. */
export function secretsOf(address: string): string[] {
  const url = new URL(address);
  const { username, password, searchParams, search } = url;
  const names = [username, decoded(username)].filter((name) => PATH_KEY.test(name));
  const found = [password, decoded(password), search.slice(1), ...searchParams.values()];
  const header = basicAuthorization(url);
  // Short values are versions and modes, and would match inside many words.
  return [...names, ...found, ...(header ? [header.slice("Basic ".length)] : [])].filter(
    (text) => text.length >= MIN_LENGTH,
  );
}

/** Returns the path's parts that may be a key, where many RPC providers put it. */
function keysInPath(address: string): string[] {
  const parts = new URL(address).pathname.split("/").filter((part) => PATH_KEY.test(part));
  return parts.flatMap((part) => [part, decoded(part)]);
}

/** Returns a webhook secret with and without its prefix, and the bytes that sign. */
function webhookSecret(secret: string): string[] {
  const key = secret.replace(/^whsec_/, "");
  const bytes = Buffer.from(key, "base64");
  return [secret, key, bytes.toString("hex"), bytes.toString("latin1")];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

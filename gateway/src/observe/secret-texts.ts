/** Lists the secrets of URLs, which no log, error or answer may contain. */

const MIN_LENGTH = 6;
/** Length from which a part of a path may be a key; shorter parts and words are versions and networks. */
const PATH_KEY = /^(?=.*[0-9A-Z]).{8,}$/;

/** Returns the parts of a URL that are a password or a key, both encoded and decoded. */
export function secretsOf(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { username, password, search, searchParams, pathname } = new URL(address);
  const names = [username, decoded(username)].filter((name) => PATH_KEY.test(name));
  const path = pathname.split("/").filter((part) => PATH_KEY.test(part));
  const pair = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
  const found = [password, decoded(password), search.slice(1), ...searchParams.values()];
  // Short values are versions and modes, and would match inside many words.
  return [...names, ...found, ...path, ...(password === "" ? [] : [pair])].filter(
    (text) => text.length >= MIN_LENGTH,
  );
}

/** Returns the URL as a log may show it: protocol and host. */
export function shownUrl(address: string): string {
  const { protocol, host, pathname, search } = new URL(address);
  return `${protocol}//${host}${pathname === "/" && search === "" ? "" : "/…"}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

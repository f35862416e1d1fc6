// Converts an IDL to the form that @coral-xyz/anchor gives its clients: names in camel case, without the comments, which
// would be shipped to every browser.

const NAME_KEYS = new Set(["name", "path", "account", "relations", "generic"]);

function camelCase(name) {
  const words = name.split(/[_-]/).filter((word) => word !== "");
  return words
    .map((word, index) =>
      index === 0 ? word[0].toLowerCase() + word.slice(1) : word[0].toUpperCase() + word.slice(1),
    )
    .join("");
}

function named(value) {
  if (Array.isArray(value)) return value.map(named);
  return value.split(".").map(camelCase).join(".");
}

function forClients(value) {
  if (Array.isArray(value)) return value.map(forClients);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "docs")
      .map(([key, inner]) => [
        key,
        NAME_KEYS.has(key) && (typeof inner === "string" || Array.isArray(inner))
          ? named(inner)
          : forClients(inner),
      ]),
  );
}

/** Returns the IDL with the names that clients use. The program's own name stays as it is. */
export function clientIdl(idl) {
  const client = forClients(idl);
  client.metadata.name = idl.metadata.name;
  return client;
}

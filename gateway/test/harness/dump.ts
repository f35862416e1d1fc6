/** Every row of the gateway's schema as text, so that a test sees whatever changed. */
import type { Database } from "@milepost/database";

/** Returns the rows of each table. `except` are names of tables. The time of a key's last use is left out. */
export async function dumpRows(
  database: Database,
  except: readonly string[] = [],
): Promise<Record<string, string[]>> {
  const tables = await database.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'milepost_gateway' ORDER BY 1",
  );
  const shown = tables.map(({ name }) => name).filter((name) => !except.includes(name));
  const selects = shown.map(
    (name) =>
      `SELECT '${name}' AS name, (to_jsonb(t) - 'last_used_at')::text AS text FROM milepost_gateway.${name} t`,
  );
  const rows = await database.query<{ name: string; text: string }>(
    `${selects.join(" UNION ALL ")} ORDER BY 1, 2`,
  );
  const dump: Record<string, string[]> = Object.fromEntries(shown.map((name) => [name, []]));
  for (const { name, text } of rows) dump[name]!.push(text);
  return dump;
}

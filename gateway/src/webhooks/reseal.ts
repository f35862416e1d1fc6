/** Encrypts the secrets of endpoints with the newest key, so that the old one can be removed. */
import type { GatewayContext } from "../context";
import { type EndpointRow, type OldSecret, updateEndpoint } from "./store";

/** Endpoints per read. */
const BATCH = 100;

/** Encrypts again what an older key encrypted; returns the number of endpoints. Several processes may do it at once. */
export async function resealSecrets(context: GatewayContext): Promise<number> {
  let resealed = 0;
  for (let after = ""; ;) {
    const rows = await context.database.query<{ id: string }>(
      "SELECT id FROM milepost_gateway.webhook_endpoints WHERE id > $1 ORDER BY id LIMIT $2",
      [after, BATCH],
    );
    for (const { id } of rows) if (await resealEndpoint(context, id)) resealed += 1;
    if (rows.length < BATCH) return resealed;
    after = rows[rows.length - 1]!.id;
  }
}

function resealEndpoint({ database, secrets }: GatewayContext, id: string): Promise<boolean> {
  const { box } = secrets;
  const again = (sealed: string) =>
    box.isCurrent(sealed) ? sealed : box.seal(box.open(sealed, id), id);
  return database.transaction(async (transaction) => {
    const [row] = await transaction.query<EndpointRow>(
      "SELECT * FROM milepost_gateway.webhook_endpoints WHERE id = $1 FOR UPDATE",
      [id],
    );
    if (!row || isCurrent([row.secret, ...row.old_secrets.map(({ secret }) => secret)]))
      return false;
    const oldSecrets: OldSecret[] = row.old_secrets.map((old) => ({
      ...old,
      secret: again(old.secret),
    }));
    await updateEndpoint(transaction, {
      ...row,
      secret: again(row.secret),
      old_secrets: oldSecrets,
    });
    return true;
  });

  function isCurrent(sealed: readonly string[]): boolean {
    return sealed.every((text) => box.isCurrent(text));
  }
}

/** A Fastify server that does nothing but the gateway's statements: what the gateway adds to them is what the bench measures. */
import { openDatabase } from "@milepost/database";
import Fastify from "fastify";
import { newId } from "../src/ids/ids";
import { readIntent } from "../src/intents/store";
import { PROGRAM } from "../src/store/migrations";

/** Starts it as a process of its own, as the gateway is: `tsx bare-server.ts DATABASE_URL`. */
async function main(): Promise<void> {
  const database = await openDatabase({ url: process.argv[2]! }, PROGRAM);
  const statements = JSON.parse(process.argv[3] ?? "[]") as { text: string; values: unknown[] }[];
  const app = Fastify();
  app.get<{ Params: { id: string } }>("/intents/:id", async ({ params }) => {
    const intent = await readIntent(database, params.id);
    return { ...intent, amount: intent!.amount.toString(), timeLockUntil: null };
  });
  // The statements that the gateway ran for one creation, with new ids.
  app.post("/intents", async (_request, reply) => {
    const ids = new Map<unknown, string>();
    const fresh = (value: unknown) => {
      if (
        typeof value !== "string" ||
        !/^(intent|escrow_order|evt|audit)_[0-9a-z]{26}$/.test(value)
      )
        return value;
      const kind = value.slice(0, -26);
      if (!ids.has(value)) ids.set(value, kind + newId("event").slice("evt_".length));
      return ids.get(value);
    };
    await database.transaction(async (transaction) => {
      for (const { text, values } of statements) await transaction.query(text, values.map(fresh));
    });
    return reply.status(201).send({ id: [...ids.values()][0] });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const address = app.server.address() as { port: number };
  process.send!({ url: `http://127.0.0.1:${address.port}` });
}

void main();

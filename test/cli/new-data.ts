import { join } from "node:path";
import { createAuth } from "latchkey";
import { newFolder } from "./run-server.js";

/** The data of a server that has been started once. */
export async function newData(secret?: string): Promise<string> {
  const data = join(newFolder(), "data");
  const settings = { database: join(data, "latchkey.db"), data, url: "http://localhost:4000" };
  const auth = await createAuth({ ...settings, ...(secret !== undefined && { secret }) });
  await auth.close();
  return data;
}

// An auth in a process of its own, on the database and for the url of its arguments: calls the methods that its parent names.
import { createAuth } from "latchkey";

const [database, url] = process.argv.slice(2);
const auth = await createAuth({ database, url });

process.on("message", async ({ call, method, given }) => {
  const [owner, name] = method.includes(".") ? [auth[method.split(".")[0]], method.split(".")[1]] : [auth, method];
  try {
    process.send({ call, value: (await owner[name](...given)) ?? null });
  } catch (error) {
    process.send({ call, code: error.reason ?? error.code ?? String(error) });
  }
});
process.on("disconnect", () => process.exit());
process.send("ready");

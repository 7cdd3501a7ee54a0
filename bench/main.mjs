const benches = {
  tokens: () => import("./tokens.mjs"),
  passwords: () => import("./passwords.mjs"),
  guard: () => import("./guard.mjs"),
  server: () => import("./server.mjs"),
  client: () => import("./client.mjs"),
  weight: () => import("./weight.mjs"),
};
const name = process.argv[2];
const load = Object.hasOwn(benches, name ?? "") ? benches[name] : undefined;
if (load === undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(benches).join("|")}`);
  process.exitCode = 2;
} else {
  const { run } = await load();
  await run();
}

// Imports the door that is named, and writes every module that was loaded with it into a list, one a line. It is copied to where the package is installed.
import { appendFileSync } from "node:fs";
import { createRequire, register } from "node:module";

const [, , door, list] = process.argv;

const hook = `
import { appendFileSync } from "node:fs";
export async function load(url, context, next) {
  appendFileSync(${JSON.stringify(list)}, url + "\\n");
  return next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

await import(door);
for (const path of Object.keys(createRequire(import.meta.url).cache)) appendFileSync(list, `file://${path}\n`);

import { spawnSync } from "node:child_process";

/** Debian's Python, which its packages belong to; FLASK_PYTHON names another one with newer packages. */
export const PYTHON = process.env.FLASK_PYTHON ?? "/usr/bin/python3";

const PACKAGES = "python3-flask python3-python-flask-jwt-extended python3-jwt";

/**
 * Whether Flask-JWT-Extended is there to be compared with. Where it is not, whoever runs the tests is told so; a machine that is to run all of them
 * (CI=true) fails.
 */
export function hasFlask(): boolean {
  const { status, stderr } = spawnSync(PYTHON, ["-c", "import flask, flask_jwt_extended"], { encoding: "utf8" });
  if (status === 0) return true;
  const sentence = `NOT COMPARED WITH FLASK: ${PYTHON} has no Flask-JWT-Extended. On Debian: apt-get install ${PACKAGES}`;
  if (process.env.CI === "true") throw new Error(`${sentence}\n${stderr ?? ""}`);
  console.error(`\n*** ${sentence} ***\n`);
  return false;
}

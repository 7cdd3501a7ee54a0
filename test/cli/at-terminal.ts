import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { recordTyped } from "../secrets/record-process.js";
import { bareEnvironment, LATCHKEY } from "./run-server.js";

/** What somebody at a terminal waits for, and types then. */
export type Step = readonly [seen: string, typed: string];

/** How a command at a terminal ended. `screen` is all that was shown; `isSane` whether the terminal reads and echoes lines as before. */
export interface AtTerminal {
  readonly code: number;
  readonly screen: string;
  readonly isSane: boolean;
}

const SCRIPT = `
import json, os, pty, select, subprocess, sys, termios, time
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
master, slave = pty.openpty()
before = termios.tcgetattr(slave)
child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
screen, seen, limit = b"", 0, time.monotonic() + 20
while time.monotonic() < limit:
    readable = select.select([master], [], [], 0.05)[0]
    if readable:
        screen += os.read(master, 65536)
    elif child.poll() is not None:
        break
    if steps and steps[0][0].encode() in screen[seen:]:
        seen = len(screen)
        os.write(master, steps.pop(0)[1].encode())
child.kill()
child.wait()
after = termios.tcgetattr(slave)
print(json.dumps({"code": child.returncode, "screen": screen.decode(), "isSane": before == after, "left": steps}))
`;

const run = promisify(execFile);

/** Runs the command at a terminal where each step is typed when its text is seen. Throws where a text never came. */
export async function atTerminal(
  parameters: readonly string[],
  steps: readonly Step[],
  environment: Readonly<Record<string, string>> = {},
): Promise<AtTerminal> {
  const command = [process.execPath, LATCHKEY, ...parameters];
  // Node takes the terminals of most CI services for ones without colours.
  const { CI: _ci, ...surrounding } = bareEnvironment();
  const env = { ...surrounding, TERM: "xterm", ...environment };
  const { stdout } = await run("python3", ["-c", SCRIPT, JSON.stringify(steps), ...command], { env });
  const { left, ...ended } = JSON.parse(stdout);
  recordTyped(parameters, steps, ended.screen);
  if (left.length > 0) throw new Error(`Nobody asked for ${JSON.stringify(left)}: ${ended.screen}`);
  return ended;
}

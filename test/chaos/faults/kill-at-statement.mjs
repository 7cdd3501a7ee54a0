// Loaded before a program: ends the process, as SIGKILL does, before or after the statement whose number KILL_AT says ("12 before").
import { watchStatements } from "./statements.mjs";

const [number, moment] = (process.env.KILL_AT ?? "").split(" ");
let run = 0;

watchStatements({
  before() {
    run += 1;
    if (moment === "before" && run === Number(number)) process.kill(process.pid, "SIGKILL");
  },
  after() {
    if (moment === "after" && run === Number(number)) process.kill(process.pid, "SIGKILL");
  },
});

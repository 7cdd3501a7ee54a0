import { parentPort } from "node:worker_threads";
import { hashArgon2id } from "./argon2id.js";
import { enterBackground } from "./background-priority.js";
import type { AnswerTo, PasswordJob } from "./password-job.js";
import { verifyPassword } from "./verify-password.js";

function answer(job: PasswordJob): AnswerTo<PasswordJob> {
  switch (job.kind) {
    case "hash":
      return hashArgon2id(job.text);
    case "verify":
      return verifyPassword(job.password, job.hash);
  }
}

enterBackground();
// A job that throws ends this thread; the pool then answers for it and starts another.
parentPort?.on("message", (job: PasswordJob) => parentPort?.postMessage(answer(job)));

import type { Command } from "commander";
import { withExamples, withOutput, withPlace } from "./command-parts.js";
import type { RotateFlags } from "./keys/rotate-keys.js";
import type { OutputFlags } from "./output-flags.js";
import type { PlaceFlags } from "./settings.js";

/** Adds `latchkey key …` and `latchkey secret …`. */
export function addKeyCommands(program: Command): void {
  const key = withExamples(
    program.command("key").description("administer the keys of the server"),
    "latchkey key list",
  );
  withExamples(withOutput(key.command("list")), "latchkey key list")
    .description("list the keys, without anything that is secret")
    .action(async (flags: OutputFlags) => {
      const { listKeys } = await import("./keys/list-keys.js");
      await listKeys(flags);
    });
  withExamples(withOutput(key.command("rotate")), "latchkey key rotate", "latchkey key rotate --now")
    .description("make the next keys, which sign ten minutes later, when everybody can know them")
    .option("--now", "let them sign at once: an API that keeps the key set must read it again")
    .action(async (flags: RotateFlags) => {
      const { rotateKeys } = await import("./keys/rotate-keys.js");
      await rotateKeys(flags);
    });
  withExamples(
    withOutput(key.command("revoke").argument("<kid>", "the id of the key: latchkey key list")),
    "latchkey key revoke ZpX0vJ4mQ1s",
  )
    .description("take a key out of use for good, with every token that it made")
    .action(async (kid: string, flags: OutputFlags) => {
      const { revokeKey } = await import("./keys/revoke-key.js");
      await revokeKey(kid, flags);
    });
  addSecretCommands(program);
}

const ROTATION = `
Without LATCHKEY_SECRET, master.key gets a new secret. With it, LATCHKEY_NEW_SECRET must hold the new one, which
latchkey secret new prints; set LATCHKEY_SECRET to it before a server starts again.`;

function addSecretCommands(program: Command): void {
  const secret = withExamples(
    program.command("secret").description("make and change the secret that seals the keys"),
    "latchkey secret new",
  );
  withExamples(secret.command("new"), "latchkey secret new")
    .description("print a new secret, for LATCHKEY_SECRET")
    .action(async () => {
      const { printNewSecret } = await import("./keys/print-new-secret.js");
      await printNewSecret();
    });
  withExamples(withPlace(secret.command("rotate")), "latchkey secret rotate")
    .description("seal the keys with a new secret; tokens and sessions stay good")
    .addHelpText("after", ROTATION)
    .action(async (flags: PlaceFlags) => {
      const { rotateSecret } = await import("./keys/rotate-secret.js");
      await rotateSecret(flags);
    });
}

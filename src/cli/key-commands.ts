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
  withExamples(withOutput(key.command("rotate")), "latchkey key rotate")
    .description("make the next keys; they sign when everybody can know them")
    .option("--now", "let them sign at once")
    .action(async (flags: RotateFlags) => {
      const { rotateKeys } = await import("./keys/rotate-keys.js");
      await rotateKeys(flags);
    });
  withExamples(withOutput(key.command("revoke").argument("<kid>")), "latchkey key revoke ZpX0vJ4mQ1s")
    .description("take a key out of use for good, with every token that it made")
    .addHelpText("after", "\nA kid that begins with - is no flag after --: latchkey key revoke -- KID")
    .action(async (kid: string, flags: OutputFlags) => {
      const { revokeKey } = await import("./keys/revoke-key.js");
      await revokeKey(kid, flags);
    });
  addSecretCommands(program);
}

function addSecretCommands(program: Command): void {
  const secret = withExamples(
    program.command("secret").description("the master key that seals all others"),
    "latchkey secret new",
  );
  withExamples(secret.command("new"), "latchkey secret new")
    .description("print a new secret, for LATCHKEY_SECRET")
    .action(async () => {
      const { printNewSecret } = await import("./keys/print-new-secret.js");
      await printNewSecret();
    });
  withExamples(withPlace(secret.command("rotate")), "latchkey secret rotate")
    .description("seal the keys with a new secret: master.key in place, or LATCHKEY_NEW_SECRET for LATCHKEY_SECRET")
    .action(async (flags: PlaceFlags) => {
      const { rotateSecret } = await import("./keys/rotate-secret.js");
      await rotateSecret(flags);
    });
}

import { newSecret } from "../../keys/new-secret.js";
import { print } from "../terminal/print.js";

/** `latchkey secret new` */
export async function printNewSecret(): Promise<void> {
  await print(newSecret());
}

import { newSecret } from "../../keys/master-key.js";
import { print } from "../terminal/print.js";

/** `latchkey secret new` */
export async function printNewSecret(): Promise<void> {
  await print(newSecret());
}

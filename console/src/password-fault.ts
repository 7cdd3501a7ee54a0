import { adviseOnPassword, type Owner } from "./password-advice.js";
import type { Texts } from "./texts/texts.js";

/** What the server is sure to refuse of a new password; the rest is its own affair. */
export function findPasswordFault(password: string, owner: Owner, texts: Texts): string | undefined {
  const { advice } = adviseOnPassword(password, owner);
  if (advice === "none") return texts.passwordWanted;
  if (advice === "short") return texts.passwordShort;
  if (advice === "long") return texts.passwordLong;
  return advice === "names" ? texts.passwordNames : undefined;
}

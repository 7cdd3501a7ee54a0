const PUBLISHED = [
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
  "357638792F423F4428472B4B6250655368566D597133743677397A2443264629",
  "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
  "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
  "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
  "41c6701ad7f5abf1db2b053a2f1a39ad41189e00462ec987622b5409dbc0006d",
  "5367566B59703373367639792F423F4528482B4D6251655468576D5A71347437",
  "9a4f2c8d3b7a1e6f45c8a0b3f267d8b1d4e6f3c8a9d2b5f8e3a9c8b5f6v8a3d9",
  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  "ByYM000OLlMQG6VVVp1OH7Xzyr7gHuw1qvUC5dcGt3SNM",
  "======================BezKoder=Spring===========================",
  "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ",
  "cc7e0d44fd473002f1c42167459001140ec6389b7353f8088f4d9a95f2f596f2",
  "daf66e01593f61a15b857cf433aae03a005812b31234e149036bcc8dee755dbb",
  "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
] as const;

/** One spelling of texts that differ in the case of hexadecimal digits, in the alphabet of base64, or in its padding. */
function plain(text: string): string {
  return /^[0-9a-f]+$/i.test(text)
    ? text.toLowerCase()
    : text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const PLAIN: ReadonlySet<string> = new Set(PUBLISHED.map(plain));

/** Whether a text of 32 characters and more stands in documentation, tutorials or templates, so that anybody can sign with it. */
export function isPublishedSecret(text: string): boolean {
  return PLAIN.has(plain(text));
}

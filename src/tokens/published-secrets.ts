// In the one spelling that `plain` makes of them. What is guessable by its looks need not stand here.
const PUBLISHED: ReadonlySet<string> = new Set([
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
  "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
  "3ek6fd-o0-c7tzbnvfjpmkndi2yaraakzqlk8o2ikoxqu4nf7edah8s3twphwrdwt6r",
  "41c6701ad7f5abf1db2b053a2f1a39ad41189e00462ec987622b5409dbc0006d",
  "9a4f2c8d3b7a1e6f45c8a0b3f267d8b1d4e6f3c8a9d2b5f8e3a9c8b5f6v8a3d9",
  "aym1sysppbydfgzld3umj1qzkobwvmkoqq-estjqlr_t-1qs0gzh75aktmn3yj0ips4hcguutwjazzr1z9caow",
  "byym000ollmqg6vvvp1oh7xzyr7ghuw1qvuc5dcgt3snm",
  "======================bezkoder=spring",
  "fdfyfzerwc2ucbb46pzqi4gg85lujr8obt-kwrbicvq",
  "cc7e0d44fd473002f1c42167459001140ec6389b7353f8088f4d9a95f2f596f2",
  "daf66e01593f61a15b857cf433aae03a005812b31234e149036bcc8dee755dbb",
  "hjtxiz2usn5kbqfbttnwbpdmhkv8fjg-onbc6mxccyg",
]);

/** One spelling of texts that differ in the case of letters, in the alphabet of base64, or in its padding. */
function plain(text: string): string {
  return text.toLowerCase().replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Whether a text of 32 characters and more stands in documentation, tutorials or templates, so that anybody can sign with it. */
export function isPublishedSecret(text: string): boolean {
  return PUBLISHED.has(plain(text));
}

/** Whether a media type is JSON: `application/json`, or a type with that suffix (RFC 6839 section 3.1). */
export function isJsonType(contentType: string | null | undefined): boolean {
  return /^\s*application\/(?:[\w!#$&^.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? "");
}

/** Whether a media type is one that a page's form sends. */
export function isFormType(contentType: string | null | undefined): boolean {
  return /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i.test(contentType ?? "");
}

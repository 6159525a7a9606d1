/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~` is encoded, so that what is signed is what is sent. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

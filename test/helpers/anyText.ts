import fc from 'fast-check';

/**
 * Any character at all, lone surrogates too, those near the beginning more often. fast-check's own unit 'binary' takes
 * seconds to be ready.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(
    fc.integer({ min: 0, max: 0x2ff }),
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0, max: 0x10ffff }),
  )
  .map((code) => String.fromCodePoint(code));

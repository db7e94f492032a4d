// Loaded before the program: its clock begins on a certain day, so that what it prints can be told beforehand.
const START = Date.UTC(2026, 10, 14, 20);
const RealDate = Date;
const began = RealDate.now();

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(START + RealDate.now() - began);
    else super(...given);
  }

  static now() {
    return START + RealDate.now() - began;
  }
};

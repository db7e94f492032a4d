import { defineConfig } from 'vitest/config';

/** The mutation check takes minutes, so it is not part of the suite: `npm run mutations`. */
export default defineConfig({
  test: { include: ['test/chaos/mutations/*.check.ts'], env: { TZ: 'UTC', NO_COLOR: '1' } },
});

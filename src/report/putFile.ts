import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Puts a text in the place of a file: readers see the old one or the new one, each whole. Rejects with what the system
 * answered.
 *
 * @param mode of the file, whatever the umask; absent: as the umask has it
 */
export async function putFile(path: string, text: string, mode?: number): Promise<void> {
  // Whoever collects files by the ends of their names never sees this one.
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const handle = await open(temporary, 'w', mode);
    try {
      if (mode !== undefined) await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

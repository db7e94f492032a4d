import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_MS = 600_000;

const page = () => readFile(join(root, 'docs/install.md'), 'utf8');
const CADDY = spawnSync('caddy', ['version']).status === 0;
/** Directories of this machine that the page writes to; what is written goes elsewhere. */
const WRITTEN = ['/etc', '/opt', '/usr/local', '/var/lib', '/root'];

/** Whether a process can be given these directories, and users, of its own here. */
const possible =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('sh', [
    '-c',
    'command -v adduser runuser setpriv nsenter curl && [ -x /usr/bin/node ] && d=$(mktemp -d) && mkdir $d/u $d/w && unshare --mount --net sh -c "ip link set lo up && mount -t overlay o -o lowerdir=/etc,upperdir=$d/u,workdir=$d/w /etc"',
  ]).status === 0;

/** The commands of each section that a reader types, by the section's number. */
function sections(text: string): Map<number, string> {
  const parts = text.split(/^## (?=\d)/m).slice(1);
  return new Map(
    parts.map((part) => {
      const blocks = [...part.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
      return [Number.parseInt(part, 10), blocks.join('\n')];
    }),
  );
}

/** The package as it is, and as a release that has nothing but another number. */
async function pack(place: string): Promise<void> {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', place], { cwd: root });
  const script = `tar -xzf ts-reconcile-0.1.0.tgz && sed -i 's/"version": "0.1.0"/"version": "0.2.0"/' package/package.json && tar -czf ts-reconcile-0.2.0.tgz package`;
  await run('sh', ['-ec', script], { cwd: place });
}

it('the page of the installation names what is shipped, and this version', async () => {
  const text = await page();
  const shipped = [...text.matchAll(/node_modules\/ts-reconcile\/(docs\/\S+)/g)].flatMap(([, path = '']) => {
    const [, before, choice = '', after] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
    return before === undefined ? [path] : choice.split(',').map((one) => `${before}${one}${after}`);
  });
  expect(shipped.length).toBeGreaterThan(3);
  for (const path of shipped) expect(existsSync(join(root, path.replace(/\/\*$/, ''))), path).toBe(true);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(text).toContain(`ts-reconcile-${version}.tgz`);
  expect([...sections(text).keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

const KEY = 'a-signing-key-of-a-site';
/** Each in a network of its own, so that no other program can have it. */
const TRIPLESEAT_PORT = 9101;

/** Sends a signed delivery to an address, and says how it was answered. */
const DELIVER = `deliver() {
  local body='{"webhook_trigger_type":"UPDATE_EVENT","event":{"id":55530001}}' time hmac
  time=$(date +%s)
  hmac=$(printf '%s.%s' "$time" "$body" | openssl dgst -sha256 -hmac '${KEY}' -r | cut -d ' ' -f 1)
  curl -sk --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null -w "%{http_code} $1\\n" \\
    -H 'content-type: application/json' -H "x-signature: t=$time,v1=$hmac" -d "$body" "$1"
}`;

/** A proxy with the page's settings, but for a name and a certificate of this machine. */
const PROXY = String.raw`sed -i '1i { \n admin off\n skip_install_trust\n auto_https disable_redirects\n}' /etc/caddy/Caddyfile
sed -i 's/^localhost:8443 {/&\n\ttls internal/' /etc/caddy/Caddyfile
(cd $PLACE && XDG_DATA_HOME=$PLACE/caddy exec caddy run --adapter caddyfile --config /etc/caddy/Caddyfile > caddy.log 2>&1) &
deliver https://localhost:8443/webhooks/tripleseat
curl -sk -o /dev/null -w '%{http_code} outside\n' https://localhost:8443/metrics`;

/** What is read in the page, as a script; between its sections what a reader does who only reads it. */
async function scriptOf(): Promise<string> {
  const at = sections(await page());
  const typed = (number: number) => {
    const text = (at.get(number) ?? '').replaceAll('hooks.example.com', 'localhost:8443');
    // What a terminal would be asked.
    const answers = '--yes --map 26999=none --user 1 --not-before 2020-01-01';
    return text
      .replace(/^ts-reconcile init$/m, `ts-reconcile init ${answers}`)
      .replace(/^install -m 0600 .*$/m, `$&\nprintf '${KEY}' > /etc/ts-reconcile/signing-key`);
  };
  const [onOld, onNew] = [true, false].map((old) =>
    typed(8)
      .split('\n')
      .filter((line) => /systemctl|-cpzf/.test(line) === old)
      .join('\n'),
  );
  const own = WRITTEN.map((path) => {
    const name = path.replaceAll('/', '-');
    const layers = `lowerdir=${path},upperdir=$PLACE/u${name},workdir=$PLACE/w${name}`;
    return `mkdir -p $PLACE/u${name} $PLACE/w${name}; mount -t overlay own -o ${layers} ${path}`;
  });
  return `
${own.join('\n')}
ip link set lo up
cp $PLACE/packed/*.tgz /root/
mkdir -p /etc/caddy /etc/systemd/system
${DELIVER}
echo "== 2"
${typed(2)}
# The two services, of which the program is told nothing but where they are and what a person knows.
STATE_DIR=$PLACE/accounts ${process.execPath} ${root}/bin/ts-reconcile.js sandbox start --port ${TRIPLESEAT_PORT} > $PLACE/sandbox.log 2>&1 &
until grep -q 'Ctrl-C' $PLACE/sandbox.log; do kill -0 $!; sleep 0.1; done
grep -v -e STATE_DIR -e LOCATIONS_FILE $PLACE/sandbox.log | sed -n 's/^export //p' > $PLACE/accounts.env
echo "== 3"
(
  set -a
  . $PLACE/accounts.env
  SETTLE_SECONDS=0 REVEL_RPS=200 TRIPLESEAT_RPS=200
  ${typed(3)}
)
stat -c '%a %U %n' /etc/ts-reconcile/.env
echo "== 4"
${typed(4)}
echo "== 5"
${typed(5)}
deliver http://127.0.0.1:8080/webhooks/tripleseat
${CADDY ? PROXY : ''}
echo "== 6"
${typed(6)}
echo "== 7"
${typed(7)}
echo "== 8"
before=$(ts-reconcile history --json | wc -c)
${onOld}
cp /root/ts-reconcile-host.tgz $PLACE/
rm -r /etc/ts-reconcile /opt/ts-reconcile /var/lib/ts-reconcile /usr/local/bin/ts-reconcile /etc/systemd/system/ts-*
deluser ts-reconcile
# On another host it may have another number.
adduser --system --group somebody-else
${typed(2)}
${onNew}
[ "$(ts-reconcile history --json | wc -c)" -eq "$before" ]
${typed(4)}
${typed(5)}
deliver http://127.0.0.1:8080/webhooks/tripleseat
echo "== 9"
systemctl disable --now ts-reconcile-serve
ts-reconcile sync --dry-run --json > $PLACE/last.json || true
`;
}

it.skipIf(!possible)(
  'leads from a bare machine to sweeps and webhooks, to another release and back, and to another host',
  async () => {
    const place = await mkdtemp(join(tmpdir(), 'install-'));
    await chmod(place, 0o755);
    const [bin, packed] = [join(place, 'bin'), join(place, 'packed')];
    for (const directory of [bin, packed]) await mkdir(directory);
    await pack(packed);
    await run('cp', [join(root, 'test/e2e/helpers/systemctl.sh'), join(bin, 'systemctl')]);
    const npm = (await run('which', ['npm'])).stdout.trim();
    const standIns = {
      journalctl: 'cat "$PLACE/$2.log"',
      // Packages come over the network of this machine; everything else has one of its own.
      npm: `exec nsenter --net=/proc/${process.pid}/ns/net ${npm} "$@" --prefer-offline --no-audit --no-fund`,
    };
    for (const [name, text] of Object.entries(standIns)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    }
    const spaces = ['--mount', '--net', '--pid', '--fork', '--kill-child'];
    const script = ['bash', '-euo', 'pipefail', '-c', await scriptOf()];
    const child = spawn('unshare', [...spaces, ...script], {
      env: {
        PLACE: place,
        HOME: '/root',
        PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk;
      });
    }
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code, said).toBe(0);
    const part = (number: number) => said.split(`== ${number}\n`)[1]?.split('\n== ')[0] ?? '';
    expect(part(2)).toMatch(/^0\.1\.0$/m);
    expect(part(3)).toContain('600 ts-reconcile /etc/ts-reconcile/.env');
    expect(part(3)).toMatch(/Dry run: \d+ queried/);
    expect(part(3)).toContain('No mistakes.');
    expect(part(4)).toMatch(/Sync completed - Queried: \d+, Injected: [1-9]/);
    expect(part(5)).toContain('200 http://127.0.0.1:8080/webhooks/tripleseat');
    if (CADDY) {
      expect(part(5)).toContain('200 https://localhost:8443/webhooks/tripleseat');
      expect(part(5)).toContain('404 outside');
    }
    expect(part(6)).toMatch(/^0\.2\.0$/m);
    expect(part(7)).toMatch(/^0\.1\.0$/m);
    expect(part(8)).toContain('200 http://127.0.0.1:8080/webhooks/tripleseat');
    const served = await readFile(join(place, 'ts-reconcile-serve.log'), 'utf8');
    expect(served).toContain('Webhook processed successfully');
    const last = JSON.parse(await readFile(join(place, 'last.json'), 'utf8'));
    expect(last.summary).toMatchObject({ injected: 0, repaired: 0 });
  },
  INSTALL_MS,
);

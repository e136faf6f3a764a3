import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What else a certificate may be. */
export interface IssueOptions {
  readonly commonName?: string;
  readonly days?: number;
  readonly selfSigned?: boolean;
  /** OpenSSL's options for the key; default P-256. */
  readonly key?: readonly string[];
  /** OpenSSL's options for the signature, which is the authority's (P-256) unless self-signed; default SHA-256. */
  readonly signature?: readonly string[];
}

/** Makes certificates with `openssl`, each in a moment (P-256). */
export interface Authority {
  /** The authority's own certificate. */
  readonly ca: string;
  /** `names` are lines of OpenSSL's `subjectAltName` section, such as `DNS.1 = example.org`. */
  issue(names: readonly string[], options?: IssueOptions): Promise<Certificate>;
  remove(): Promise<void>;
}

const run = promisify(execFile);
const p256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** An authority of its own, in a temporary folder. */
export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'xeps-certificates-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  await openssl(
    'req',
    '-x509',
    ...p256,
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
  );
  let count = 0;
  return {
    ca: await readFile(file('ca.pem'), 'utf8'),
    async issue(names, options = {}) {
      const { commonName = 'server', days = 2, selfSigned = false, key = p256, signature = [] } = options;
      const id = (count += 1);
      const alt = names.length === 0 ? '' : `[x]\nsubjectAltName = @alt\n[alt]\n${names.join('\n')}\n`;
      await writeFile(
        file(`${id}.cnf`),
        `[req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = ${commonName}\n${alt}`,
      );
      const request = ['req', '-utf8', '-config', `${id}.cnf`, ...key, '-nodes', '-keyout', `${id}.key`, '-out'];
      const extensions = names.length === 0 ? [] : ['-extfile', `${id}.cnf`, '-extensions', 'x'];
      if (selfSigned) {
        await openssl(
          ...request,
          `${id}.pem`,
          '-x509',
          '-days',
          '2',
          ...signature,
          ...(names.length === 0 ? [] : ['-extensions', 'x']),
        );
      } else {
        await openssl(...request, `${id}.csr`);
        await openssl(
          'x509',
          '-req',
          '-in',
          `${id}.csr`,
          '-CA',
          'ca.pem',
          '-CAkey',
          'ca.key',
          '-CAcreateserial',
          '-out',
          `${id}.pem`,
          '-days',
          String(days),
          ...signature,
          ...extensions,
        );
      }
      return { cert: await readFile(file(`${id}.pem`), 'utf8'), key: await readFile(file(`${id}.key`), 'utf8') };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

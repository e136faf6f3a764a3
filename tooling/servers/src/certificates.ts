/** A certificate authority for tests and a server certificate made by it. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Launcher } from './installation.ts';

const run = promisify(execFile);

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly caPem: string;
  readonly certificate: string;
  readonly key: string;
  /** Certificate and key in one file, as ejabberd wants them. */
  readonly bundle: string;
}

/**
 * Makes an ECDSA P-256 authority and a server certificate for `domain` and its components, or reads those that an
 * earlier start left in the folder. The certificate names the XMPP domain in all the ways of RFC 6120 §13.7.1.2
 * (dNSName, SRVName, XmppAddr) and no IP address, so that a client that checks the address it connected to, instead
 * of the XMPP domain, fails.
 * @throws Error when openssl fails
 */
export async function makeCertificates(
  folder: string,
  domain: string,
  hosts: readonly string[],
  openssl: Launcher,
): Promise<Certificates> {
  const file = (name: string): string => join(folder, name);
  const files = {
    ca: file('ca.crt'),
    certificate: file('server.crt'),
    key: file('server.key'),
    bundle: file('server.pem'),
  };
  const done = await stat(files.bundle).then(
    () => true,
    () => false,
  );
  if (!done) {
    await mkdir(folder, { recursive: true });
    const names = [
      ...[domain, ...hosts].map((name) => `DNS:${name}`),
      // id-on-dnsSRV (RFC 4985) and id-on-xmppAddr (RFC 6120 §13.7.1.4)
      `otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-client.${domain}`,
      `otherName:1.3.6.1.5.5.7.8.5;UTF8:${domain}`,
    ];
    await writeFile(
      file('openssl.cnf'),
      [
        '[req]\nprompt = no\ndistinguished_name = name\n[name]\nCN = xeps test authority',
        '[ca]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign',
        'subjectKeyIdentifier = hash',
        '[server]\nbasicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature',
        `extendedKeyUsage = serverAuth\nauthorityKeyIdentifier = keyid\nsubjectAltName = ${names.join(', ')}\n`,
      ].join('\n'),
    );
    const call = async (...args: string[]): Promise<void> => {
      const env = { ...process.env, ...openssl.env };
      await run(openssl.command, [...openssl.args, ...args], { cwd: folder, env });
    };
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-config', 'openssl.cnf'];
    await call('req', '-x509', ...key, '-days', '365', '-extensions', 'ca', '-keyout', 'ca.key', '-out', 'ca.crt');
    await call('req', ...key, '-subj', `/CN=${domain}`, '-keyout', 'server.key', '-out', 'server.csr');
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '365'];
    const extensions = ['-extfile', 'openssl.cnf', '-extensions', 'server'];
    await call('x509', '-req', '-in', 'server.csr', ...authority, ...extensions, '-out', 'server.crt');
    await copyFile(files.certificate, files.bundle);
    await writeFile(files.bundle, await readFile(files.key), { flag: 'a' });
  }
  return { ...files, caPem: await readFile(files.ca, 'utf8') };
}

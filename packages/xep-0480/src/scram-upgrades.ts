import type { Element } from '@xeps/core';
import { createElement, decodeSaslData, SaslError, saltedPassword, saslprep, toBase64 } from '@xeps/stream';
import type { StreamContext } from '@xeps/stream';
import type { Sasl2Task } from '@xeps/xep-0388';
import { NS_SASL_UPGRADE, NS_SCRAM_UPGRADE } from './namespaces.ts';

/** The hash functions that are worth an upgrade. */
export type ScramUpgradeHash = 'SHA-256' | 'SHA-512';

/** What upgrades may be done, and with what. */
export interface ScramUpgradesOptions {
  /** Only what is there without asking a person; undefined when it is not. */
  readonly password: string | (() => string | undefined | Promise<string | undefined>);
  /** Both when left out. */
  readonly hashes?: readonly ScramUpgradeHash[] | undefined;
  /** Treats the connection as one that nobody can read along, TLS or not: for a peer on the same machine. */
  readonly trustConnection?: boolean | undefined;
}

const prefix = 'UPGR-SCRAM-';

/** RFC 7677 §4; and as many as SCRAM takes, so that no server keeps this device busy at its will. */
const [minIterations, maxIterations] = [4096, 1_000_000];

/**
 * Upgrades of SCRAM, §3, for the `tasks` of `sasl2`: asks for those that the server has, and does them. Each is asked for
 * until it was begun once: one that goes wrong makes signing in fail, but not the next time. Throws `SaslError`
 * `iteration-count`, `malformed-request` or `incorrect-encoding` for what the server can't mean.
 */
/* @__NO_SIDE_EFFECTS__ */
export function scramUpgrades(options: ScramUpgradesOptions): Sasl2Task {
  const { password, hashes = ['SHA-256', 'SHA-512'] } = options;
  const passwordAtHand = async (): Promise<string | undefined> =>
    typeof password === 'function' ? password() : password;
  const begun = new Set<string>();
  /** Nothing else is done, whatever the server wants: it is as good as the password to whoever gets it. */
  let asked: readonly string[] = [];

  return {
    async request({ element }, mechanism, stream) {
      asked = [];
      const offered = element.getChildren('upgrade', NS_SASL_UPGRADE).map((upgrade) => upgrade.getText().trim());
      const wanted = hashes.map((hash) => prefix + hash).filter((name) => offered.includes(name) && !begun.has(name));
      const secure = stream.secure || options.trustConnection === true;
      if (wanted.length === 0 || !secure || !bound(mechanism.name, stream)) return [];
      if ((await passwordAtHand()) === undefined) return [];
      asked = wanted;
      return wanted.map((name) => createElement('upgrade', NS_SASL_UPGRADE, {}, [name]));
    },
    can: (name) => asked.includes(name) && !begun.has(name),
    async perform(name, exchange) {
      begun.add(name);
      const hash = name.slice(prefix.length) as ScramUpgradeHash;
      const secret = await passwordAtHand();
      if (secret === undefined) throw new SaslError('task', `The password is gone, and ${name} needs it`);
      exchange.next();
      const { salt, iterations } = decodeSalt(await exchange.receive());
      const hashed = await saltedPassword(hash, saslprep(secret, 'password'), salt, iterations);
      exchange.send(createElement('hash', NS_SCRAM_UPGRADE, {}, [toBase64(new Uint8Array(hashed))]));
    },
  };
}

/**
 * §5: channel binding keeps the hash from whoever is in between. Where this side could bind, but the server did not offer
 * it, somebody may be, and the upgrade can wait. Where it never can, as in browsers, TLS is all that there is.
 */
function bound(mechanism: string, { tls }: StreamContext): boolean {
  if (mechanism.endsWith('-PLUS')) return true;
  return !['tls-exporter', 'tls-unique', 'tls-server-end-point'].some((type) => tls?.binding(type));
}

function decodeSalt(data: Element): { salt: Uint8Array<ArrayBuffer>; iterations: number } {
  const element = data.getChild('salt', NS_SCRAM_UPGRADE);
  const count: unknown = element?.attrs['iterations'];
  const salt = Uint8Array.from(decodeSaslData(element?.getText() ?? ''));
  if (salt.length === 0 || typeof count !== 'string' || !/^[1-9]\d{0,15}$/.test(count)) {
    throw new SaslError('malformed-request', 'The server sent no salt, or no number of iterations, for the upgrade');
  }
  const iterations = Number(count);
  if (iterations < minIterations || iterations > maxIterations) {
    throw new SaslError(
      'iteration-count',
      `The server asks for ${iterations} PBKDF2 iterations; accepted are ${minIterations} to ${maxIterations}`,
    );
  }
  return { salt, iterations };
}

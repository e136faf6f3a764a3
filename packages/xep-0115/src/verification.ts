import { base64 } from '@xeps/core/schema';
import { FORM_TYPE, newField } from '@xeps/xep-0004';
import type { DataForm } from '@xeps/xep-0004';
import type { DiscoIdentity, DiscoInfo } from '@xeps/xep-0030';
import { CapsError } from './errors.ts';
import { compareOctets } from './octets.ts';
import type { Capabilities } from './schema.ts';

/** The parts of an entity's information that its verification string covers. */
export type HashedInfo = Pick<DiscoInfo, 'identities' | 'features' | 'forms'>;

// §9.1: SHA-1 is mandatory. By the names of the IANA registry of hash functions, as WebCrypto calls them.
const algorithms: Readonly<Record<string, string>> = {
  'sha-1': 'SHA-1',
  'sha-256': 'SHA-256',
  'sha-384': 'SHA-384',
  'sha-512': 'SHA-512',
};

/** Whether verification strings of that hash function can be checked (§8.1). */
export function isSupportedHash(hash: string): boolean {
  return Object.hasOwn(algorithms, hash);
}

/**
 * The verification string of an entity's information (§5.1).
 *
 * @throws CapsError `ill-formed` when the information breaks a rule of §5.4, `hash` when the hash function is unknown.
 */
export async function verificationString(info: HashedInfo, hash = 'sha-1'): Promise<string> {
  return digest(hashInput(canonicalInfo(info)), hash);
}

/**
 * Checks an entity's information against its `<c/>` (§5.4). Gives back what the hash covers and nothing else, in one
 * order: whatever the hash does not cover (labels, forms without FORM_TYPE) could differ between two entities of the same
 * `ver`, and whoever answers first must not decide it for all.
 *
 * @throws CapsError when the `<c/>` does not vouch for the information.
 */
export async function verifyInfo(
  info: HashedInfo,
  { hash, ver }: Pick<Capabilities, 'hash' | 'ver'>,
): Promise<DiscoInfo> {
  if (hash === undefined) throw new CapsError('hash', 'legacy capabilities prove nothing: there is no hash');
  const canonical = canonicalInfo(info);
  const own = await digest(hashInput(canonical), hash);
  if (own !== ver) throw new CapsError('mismatch', `the information gives ${own}, not ${ver}`);
  refuseAmbiguous(canonical);
  return canonical;
}

/** What the hash covers, sorted as it is hashed (§5.1, steps 2, 4, 6 and 7). */
function canonicalInfo(info: HashedInfo): DiscoInfo {
  const identities = info.identities.map(canonicalIdentity).sort(compareIdentities);
  refuseTwins(identities.map(identityText), 'identity');
  const features = [...info.features].sort(compareOctets);
  refuseTwins(features, 'feature');
  const forms = info.forms.flatMap(canonicalForm).sort((a, b) => compareOctets(typeOf(a), typeOf(b)));
  refuseTwins(forms.map(typeOf), 'form of FORM_TYPE');
  return { identities, features, forms };
}

function canonicalIdentity({ category, type, name = '', lang = '' }: DiscoIdentity): DiscoIdentity {
  return { category, type, ...(name !== '' && { name }), ...(lang !== '' && { lang }) };
}

function compareIdentities(a: DiscoIdentity, b: DiscoIdentity): number {
  return (
    compareOctets(a.category, b.category) ||
    compareOctets(a.type, b.type) ||
    compareOctets(a.lang ?? '', b.lang ?? '') ||
    compareOctets(a.name ?? '', b.name ?? '')
  );
}

/** §5.4, step 3.6: a form without a hidden FORM_TYPE is passed over. */
function canonicalForm({ fields }: DataForm): DataForm[] {
  const types = new Set(
    fields.flatMap((field) => (field.name === FORM_TYPE && field.type === 'hidden' ? field.values : [])),
  );
  if (types.size > 1) throw new CapsError('ill-formed', `a form has several FORM_TYPEs: ${[...types].join(', ')}`);
  const [type] = types;
  if (type === undefined) return [];
  const others = fields
    .filter((field) => field.name !== FORM_TYPE)
    .map((field) => newField(field.name ?? '', [...field.values].sort(compareOctets)))
    .sort((a, b) => compareOctets(a.name ?? '', b.name ?? ''));
  return [
    {
      type: 'result',
      instructions: [],
      fields: [newField(FORM_TYPE, [type], 'hidden'), ...others],
      items: [],
      rest: [],
    },
  ];
}

function typeOf(form: DataForm): string {
  return form.fields[0]?.values[0] ?? '';
}

/** §5.4, steps 3.3 to 3.5. Twins stand side by side once they are sorted. */
function refuseTwins(sorted: readonly string[], what: string): void {
  const twin = sorted.find((text, at) => text === sorted[at + 1]);
  if (twin !== undefined) throw new CapsError('ill-formed', `there are two of the ${what} “${twin}”`);
}

function identityText({ category, type, lang = '', name = '' }: DiscoIdentity): string {
  return `${category}/${type}/${lang}/${name}`;
}

/** The texts that are hashed, in their order. */
function factors({ identities, features, forms }: HashedInfo): string[] {
  return [...identities.map(identityText), ...features, ...formFactors(forms)];
}

function formFactors(forms: readonly DataForm[]): string[] {
  return forms.flatMap((form) => [
    typeOf(form),
    ...form.fields.slice(1).flatMap((field) => [field.name ?? '', ...field.values]),
  ]);
}

/** §5.1: the string S. */
function hashInput(canonical: HashedInfo): string {
  return factors(canonical)
    .map((factor) => `${factor}<`)
    .join('');
}

async function digest(input: string, hash: string): Promise<string> {
  const algorithm = isSupportedHash(hash) ? algorithms[hash] : undefined;
  if (algorithm === undefined) throw new CapsError('hash', `the hash function “${hash}” is unknown`);
  return base64.encode(new Uint8Array(await crypto.subtle.digest(algorithm, new TextEncoder().encode(input))));
}

/**
 * Refuses information whose S is also the S of other information (§9.3): somebody could have taken another entity's S
 * apart in a different way, to hide what that entity can do. S has no marks between identities, features and forms, so
 *
 * - a `<` within a text may have been the border between two,
 * - an identity may have been a feature (`http://a/b/c`) unless it looks like nothing but an identity, and vice versa,
 * - the texts of the first form may have been the last features, if they go on in their order.
 *
 * Honest entities rarely meet these conditions; those that do are believed about themselves only.
 */
function refuseAmbiguous(info: HashedInfo): void {
  const { identities, features, forms } = info;
  const mixed = factors(info).find((factor) => factor.includes('<'));
  if (mixed !== undefined) throw new CapsError('ambiguous', `“${mixed}” holds the character that separates texts`);
  const odd = identities.find(
    ({ category, type, lang = '' }) =>
      !/^[^/:]+$/.test(category) || !/^[^/]+$/.test(type) || !/^[\dA-Za-z-]*$/.test(lang),
  );
  if (odd !== undefined)
    throw new CapsError('ambiguous', `the identity “${identityText(odd)}” may have been a feature`);
  const feature = features.find((text) => /^[^/:]+\/[^/]+\/[\dA-Za-z-]*\//.test(text));
  if (feature !== undefined) throw new CapsError('ambiguous', `the feature “${feature}” may have been an identity`);
  // §3.1 of XEP-0030: there is always an identity and a feature.
  const last = features.at(-1);
  if (identities.length === 0 || last === undefined)
    throw new CapsError('ill-formed', 'there is no identity or no feature');
  const hidden = mayHaveBeenFeatures(last, formFactors(forms));
  if (hidden !== undefined) throw new CapsError('ambiguous', `the form “${hidden}” may have been a feature`);
}

/**
 * The first text of the forms, if it may have been a feature: it and what follows go on in the order of the features, up
 * to the end or to what may be a FORM_TYPE. Those are namespaces (XEP-0068 §3.3), unlike the names of most fields.
 */
function mayHaveBeenFeatures(lastFeature: string, texts: readonly string[]): string | undefined {
  let last = lastFeature;
  for (const [at, text] of texts.entries()) {
    if (compareOctets(text, last) <= 0) return undefined;
    const next = texts[at + 1];
    if (next === undefined || /[:./]/.test(next)) return texts[0];
    last = text;
  }
  return undefined;
}

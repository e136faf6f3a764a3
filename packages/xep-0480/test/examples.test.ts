import { parseElement } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import type { StreamContext } from '@xeps/stream';
import { decodeAuthentication } from '@xeps/xep-0388';
import { expect, test } from 'vitest';
import { NS_SASL_UPGRADE, scramUpgrades } from '../src/index.ts';

// The other examples are parts of streams. The upgrades in this one are fictional, so that none is asked for.
const request = examplesOf('0480').find(({ caption }) => caption.startsWith('Client requests upgrades'));

test('§2.2 upgrades that are unknown here are not asked for', async () => {
  const printed = request && parseElement(request.xml.replaceAll(/<!--.*?-->/gs, ''));
  const upgrades = printed?.getChildren('upgrade', NS_SASL_UPGRADE) ?? [];
  // None where the collection of examples is not beside the repository.
  expect(upgrades.map(String)).toEqual(
    (printed ? ['UPGR-BLOOP2', 'UPGR-BLOOP-42'] : []).map(
      (name) => `<upgrade xmlns="urn:xmpp:sasl:upgrade:0">${name}</upgrade>`,
    ),
  );
  const offer = decodeAuthentication(
    parseElement(`<features><authentication xmlns='urn:xmpp:sasl:2'>${upgrades.join('')}</authentication></features>`),
  )!;
  const mechanism = { name: 'SCRAM-SHA-1-PLUS' } as Parameters<
    NonNullable<ReturnType<typeof scramUpgrades>['request']>
  >[1];
  expect(await scramUpgrades({ password: 'x' }).request!(offer, mechanism, { secure: true } as StreamContext)).toEqual(
    [],
  );
});

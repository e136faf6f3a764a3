import { expect, it } from 'vitest';
import { meAction, showMeAction } from './index.ts';

it.each([
  ['/me shrugs in disgust', 'shrugs in disgust', '* Atlas shrugs in disgust'],
  ['/me  laughs', ' laughs', '* Atlas  laughs'],
  ['/me ', '', '* Atlas '],
  ['/me laughs\n/me leaves', 'laughs\n/me leaves', '* Atlas laughs\n/me leaves'],
])('§2 %j is an action', (body, action, shown) => {
  expect(meAction(body)).toBe(action);
  expect(showMeAction(body, 'Atlas')).toBe(shown);
});

it.each([
  '',
  '/me',
  '/meshrugs in disgust',
  "/me's disgusted",
  ' /me shrugs in disgust',
  '"/me shrugs in disgust"',
  '* Atlas shrugs in disgust',
  'Why did Atlas say "/me shrugs in disgust"?',
  '/ME shrugs',
  '/me\tshrugs',
  '/me\u00A0shrugs',
  '> /me shrugs',
])('§2 %j is none', (body) => {
  expect(meAction(body)).toBeUndefined();
  expect(showMeAction(body, 'Atlas')).toBe(body);
});

it('§5 an action has one asterisk, whatever it says', () => {
  expect(showMeAction('/me has left the room', 'Atlas')).toBe('* Atlas has left the room');
});

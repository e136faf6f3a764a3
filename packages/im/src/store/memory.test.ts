import { describe, it } from 'vitest';
import { describeStore } from '../testing/index.ts';
import { memoryStore } from './memory.ts';

describeStore('memoryStore', () => ({ open: () => memoryStore() }), { describe, it }, { shared: false });

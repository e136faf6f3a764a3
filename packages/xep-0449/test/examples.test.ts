import { describeExamples } from '@xeps/examples';
import { sticker, stickerItem, stickerPack } from '../src/index.ts';

describeExamples('0449', [sticker, stickerPack, stickerItem]);

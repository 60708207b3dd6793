import { expect, it } from 'vitest';
import { linkUrl } from '../../../webhook/verification/person/one-time-link.ts';

it('a one-time link opens the confirm page, with or without a slash at the end of PUBLIC_URL', () => {
  for (const publicUrl of ['https://verify.example.com', 'https://verify.example.com/'])
    expect(linkUrl(publicUrl, 'a-token')).toBe('https://verify.example.com/jumio/enter?code=a-token');
});

import { expect, it } from 'vitest';
import { linkUrl } from '../../../webhook/verification/person/one-time-link.ts';

it('a one-time address leads to the page with the button, whatever the slash at the end', () => {
  for (const publicUrl of ['https://verify.example.com', 'https://verify.example.com/'])
    expect(linkUrl(publicUrl, 'a-token')).toBe('https://verify.example.com/jumio/enter?code=a-token');
});

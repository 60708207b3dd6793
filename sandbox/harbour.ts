/** The bank of the demo, as the service's pages know it: what an operator sets (README, Configuration). */
export const HARBOUR = {
  BRAND_NAME: 'Harbour',
  BRAND_COLOR: '0b5c6b',
  BRAND_COLOR_DARK: '6fd0e0',
  SUPPORT_ADDRESS: 'help@harbour.example',
  PRIVACY_URL: 'https://harbour.example/privacy',
};
